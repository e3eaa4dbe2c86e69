// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.ebpf.kernel.ProgramRun;
import io.overlane.fastpath.FastPathReport;
import io.overlane.testdata.FrameSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The same with decapsulation in the driver, which leaves a mark in front of the frame. */
@Tag("fast-path")
class XdpProgramTest extends TcProgramTest
{
    private static final int XDP_PASS = 2;
    /** The mark, and the number of the TAP. */
    private static final int METADATA = 8;

    private boolean isMarked;

    @Override
    DecapHook hook()
    {
        return DecapHook.XDP;
    }

    @Override
    ProgramRun decap()
    {
        return new ProgramRun(lab.path.driver());
    }

    @Override
    int receive(final byte[] frame) throws Exception
    {
        assertEquals(XDP_PASS, decap.run(frame));
        final ByteBuffer result = ByteBuffer.wrap(decap.frame()).order(ByteOrder.nativeOrder());
        isMarked = result.getInt(0) == XdpProgram.MARK;
        if (isMarked)
        {
            assertEquals(lab.tap, result.getInt(Integer.BYTES));
        }
        return isMarked ? REDIRECT : NEXT;
    }

    @Override
    byte[] received()
    {
        final byte[] result = decap.frame();
        return isMarked ? Arrays.copyOfRange(result, METADATA, result.length) : result;
    }

    @Test
    void shouldLeaveFramesForTheDeviceItself() throws Exception
    {
        assertEquals(NEXT, receive(datagram(inner().sourceMac(FastPathLab.STATION.value())
            .destinationMac(FastPathLab.UNDERLAY_MAC.value()))));
        assertEquals(NEXT, receive(datagram(reply(inner())).destinationMac("02:00:00:00:00:77")), "another device");
    }

    @Test
    void shouldDecapsulateAtTheTrafficControlWhatTheDriverLeaves() throws Exception
    {
        final ProgramRun second = new ProgramRun(lab.path.decap());
        assertEquals(REDIRECT, second.run(datagram(reply(inner())).bytes(), lab.device, 0));
        assertArrayEquals(reply(inner()).bytes(), second.frame());
    }

    @Test
    void shouldTakeDatagramsWithoutChecksumUnlessTheDeviceMightMeanTheirChecksum() throws Exception
    {
        final FrameSpec unchecked = checked(reply(inner())).zeroChecksum();
        final int accepted = isOverIpv6() ? NEXT : REDIRECT;
        assertEquals(accepted, receive(unchecked));
        Peer.run("ethtool", "-K", "under0", "rx", "on");
        lab.path.read(NONE);
        decap = decap();
        assertEquals(NEXT, receive(unchecked));
        assertEquals(REDIRECT, receive(checked(reply(inner()))));
        assertEquals(accepted, new ProgramRun(lab.path.decap()).run(unchecked.bytes(), lab.device, 0));

        Peer.run("ethtool", "-K", "under0", "rx", "off");
        lab.path.read(NONE);
        decap = decap();
        assertEquals(accepted, receive(unchecked));
    }

    @Test
    void shouldFollowTheAddressOfTheDevice() throws Exception
    {
        final String address = "02:00:00:00:00:77";
        Peer.run("ip", "link", "set", "under0", "address", address);
        lab.path.read(NONE);
        decap = decap();
        assertEquals(DecapHook.XDP, lab.path.hook());
        assertEquals(REDIRECT, receive(datagram(reply(inner())).destinationMac(address)));
        assertEquals(NEXT, receive(datagram(reply(inner()))), "the address that it had");
        assertEquals(List.of("overlane_encap", "overlane_decap", "overlane_xdp"),
            lab.path.report().programs().stream().map(FastPathReport.Program::name).toList());
        assertEquals(1, lab.path.report().links().stream().filter(link -> link.place().startsWith("xdp")).count());
    }
}
