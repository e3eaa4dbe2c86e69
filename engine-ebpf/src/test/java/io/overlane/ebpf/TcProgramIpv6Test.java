// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.testdata.FrameSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same over IPv6, where datagrams have a UDP checksum. */
@Tag("fast-path")
class TcProgramIpv6Test extends TcProgramTest
{
    @Override
    boolean isOverIpv6()
    {
        return true;
    }

    @Test
    void shouldKnowTheMtuThatTheDeviceHasForIpv6() throws Exception
    {
        Files.writeString(Path.of("/proc/sys/net/ipv6/conf/under0/mtu"), "1400");
        Peer.run("ip", "route", "add", "fd99::/64", "dev", "under0");
        lab.path.read(NONE);
        // Ethernet, IPv4 and UDP inside.
        final int longest = 1_400 - Outer.V6.tunnelLength - 28;
        assertEquals(REDIRECT, send(inner().payloadLength(longest)));
        assertEquals(NEXT, send(inner().payloadLength(longest + 1)));
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
