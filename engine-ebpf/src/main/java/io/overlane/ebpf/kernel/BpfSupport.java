// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import io.overlane.tun.libc.LibC;
import org.jspecify.annotations.Nullable;

/** Whether this process may use the kernel's BPF machine. */
public final class BpfSupport
{
    /** The first release with links at the traffic control of devices. */
    static final String LINKS_SINCE = "6.6";

    private BpfSupport()
    {
    }

    /** @return the reason why it may not, in one line; null if it may. */
    public static @Nullable String whyUnavailable()
    {
        if (LibC.whyUnavailable() != null)
        {
            return "native calls are not available: " + LibC.whyUnavailable();
        }
        final String release = KernelRelease.text();
        if (KernelRelease.isBefore(release, LINKS_SINCE))
        {
            return "this needs Linux " + LINKS_SINCE + " or later, and the kernel is " + release;
        }
        try
        {
            BpfMap.create(BpfMap.Kind.HASH, "probe", Long.BYTES, Long.BYTES, 1).close();
            return null;
        }
        catch (final BpfException ex)
        {
            return ex.getMessage();
        }
    }
}
