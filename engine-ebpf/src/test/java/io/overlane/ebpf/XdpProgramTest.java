// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.ebpf.kernel.ProgramRun;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
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
}
