// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.Vtep;
import io.overlane.testdata.FrameSpec;
import io.overlane.tun.udp.LibcUnderlay;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same over IPv6, where datagrams have a UDP checksum. */
@Tag("fast-path")
class TcProgramIpv6Test extends TcProgramTest
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

    @Test
    void shouldLeaveDatagramsWithoutAChecksumToTheEngine() throws Exception
    {
        assertEquals(NEXT, receive(checked(reply(inner())).zeroChecksum()));
    }

    @Test
    void shouldLeaveFramesToTheEngineWithoutAChecksumOfTheirOwn() throws Exception
    {
        for (final FrameSpec frame : new FrameSpec[]{
            inner().zeroChecksum(), inner().fragment(0, true), FrameSpec.ipv4(132, new byte[20]),
            inner().badIpChecksum(), inner().trailer(new byte[]{1, 2})})
        {
            assertEquals(NEXT, send(frame), frame::toString);
        }
    }
}
