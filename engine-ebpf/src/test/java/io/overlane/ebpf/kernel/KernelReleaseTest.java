// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.tun.libc.Linux;
import org.junit.jupiter.api.Test;

/** What the loader reads from the system. */
class KernelReleaseTest
{
    @Test
    void shouldCompareReleases()
    {
        assertTrue(KernelRelease.isBefore("6.1.0-28-amd64", "6.6"));
        assertTrue(KernelRelease.isBefore("5.15.0-101-generic", "6.6"));
        assertFalse(KernelRelease.isBefore("6.6.0", "6.6"));
        assertFalse(KernelRelease.isBefore("6.18.44", "6.6"));
        assertFalse(KernelRelease.isBefore("10.0", "6.6"));
        assertFalse(KernelRelease.isBefore("", "6.6"));
    }

    @Test
    void shouldSayWhichKernelIsNeeded()
    {
        final BpfException old = BpfLink.refusal("cannot attach", Linux.EINVAL, "6.6", "6.1.0-28-amd64");
        final BpfException other = BpfLink.refusal("cannot attach", Linux.EINVAL, "6.6", "6.12.3");

        assertEquals(BpfException.Reason.NOT_SUPPORTED, old.reason());
        assertEquals(
            "cannot attach: this needs Linux 6.6 or later, and the kernel is 6.1.0-28-amd64", old.getMessage());
        assertEquals(BpfException.Reason.FAILED, other.reason());
        assertEquals("cannot attach: EINVAL (Invalid argument)", other.getMessage());
    }

    @Test
    void shouldCountCpus()
    {
        assertEquals(1, PossibleCpus.count("0"));
        assertEquals(8, PossibleCpus.count("0-7"));
        assertEquals(9, PossibleCpus.count("0-3,8-11,15"));
        assertThrows(NumberFormatException.class, () -> PossibleCpus.count("x"));
    }
}
