// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.address.Vtep;
import io.overlane.testdata.FrameSpec;
import io.overlane.tun.udp.LibcUnderlay;
import org.junit.jupiter.api.Tag;

/** The same over IPv6. */
@Tag("fast-path")
class XdpProgramIpv6Test extends XdpProgramTest
{
    @Override
    Vtep remote()
    {
        return FastPathLab.REMOTE_V6;
    }

    @Override
    LibcUnderlay underlay() throws Exception
    {
        return FastPathLab.underlay(FastPathLab.LOCAL_V6);
    }

    @Override
    FrameSpec datagram(final FrameSpec inner)
    {
        return checked(inner);
    }

    @Override
    FrameSpec sent(final FrameSpec frame, final int sourcePort)
    {
        return from(frame.bytes(), lab.underlay.local(), remote()).ports(sourcePort, 8472).ttl(64);
    }
}
