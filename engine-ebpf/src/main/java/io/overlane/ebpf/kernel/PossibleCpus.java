// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The CPUs that this machine may ever have: the kernel keeps a value for each of them. */
final class PossibleCpus
{
    private static final Path LIST = Path.of("/sys/devices/system/cpu/possible");

    private PossibleCpus()
    {
    }

    static int count() throws BpfException
    {
        try
        {
            return count(Files.readString(LIST).strip());
        }
        catch (final IOException | NumberFormatException ex)
        {
            throw new BpfException(
                BpfException.Reason.FAILED, "cannot read the number of CPUs from " + LIST + ": " + ex.getMessage());
        }
    }

    /** @param list such as {@code 0-3,8-11}. */
    static int count(final String list)
    {
        int count = 0;
        for (final String range : list.split(","))
        {
            final String[] ends = range.split("-");
            count += Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1;
        }
        return count;
    }
}
