// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of the running kernel. */
final class KernelRelease
{
    private static final Path FILE = Path.of("/proc/sys/kernel/osrelease");
    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+).*");

    private KernelRelease()
    {
    }

    /** The kernel's own text, such as {@code 6.1.0-28-amd64}; empty if it cannot be read. */
    static String text()
    {
        try
        {
            return Files.readString(FILE).strip();
        }
        catch (final IOException ex)
        {
            return "";
        }
    }

    /** Whether a release is older than another; false if that is not clear. */
    static boolean isBefore(final String release, final String needed)
    {
        final Matcher is = NUMBERS.matcher(release);
        final Matcher atLeast = NUMBERS.matcher(needed);
        return is.matches() && atLeast.matches() && number(is) < number(atLeast);
    }

    private static long number(final Matcher numbers)
    {
        return Long.parseLong(numbers.group(1)) << Integer.SIZE | Integer.parseInt(numbers.group(2));
    }
}
