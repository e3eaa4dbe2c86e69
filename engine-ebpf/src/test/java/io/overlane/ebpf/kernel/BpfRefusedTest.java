// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.testkit.InNamespace;
import io.overlane.tun.libc.LibC;
import org.junit.jupiter.api.Test;

/** A process without the capabilities learns which ones it needs. CAP_SYS_ADMIN would be enough, too. */
@InNamespace(wrapper = {"setpriv", "--bounding-set=-sys_admin,-bpf"})
class BpfRefusedTest
{
    @Test
    void shouldNameTheMissingCapabilities()
    {
        assumeTrue(LibC.whyUnavailable() == null, LibC::whyUnavailable);

        final BpfException refusal = assertThrows(
            BpfException.class, () -> BpfMap.create(BpfMap.Kind.HASH, "stations", 8, 8, 16));

        assertEquals(BpfException.Reason.NOT_PERMITTED, refusal.reason());
        assertTrue(refusal.getMessage().startsWith("cannot create BPF map 'stations' of 16 entries: EPERM"),
            refusal::getMessage);
        assertTrue(refusal.getMessage().contains("needs the capabilities CAP_BPF and CAP_NET_ADMIN"),
            refusal::getMessage);
        assertTrue(String.valueOf(BpfSupport.whyUnavailable()).contains("CAP_BPF"), BpfSupport::whyUnavailable);
    }
}
