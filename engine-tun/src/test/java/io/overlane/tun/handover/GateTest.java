// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.handover;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A socket whose datagrams wait. */
@Timeout(60)
class GateTest
{
    private final Gate gate = new Gate();

    @AutoClose
    private GatedUnderlay gated;

    @BeforeEach
    void open() throws UnderlayException
    {
        assumeTrue(LibC.whyUnavailable() == null, LibC.whyUnavailable());
        gated = new GatedUnderlay(
            LibcUnderlay.open(new UnderlayOptions(IpAddress.parse("127.0.0.1"), 0).segment(true)), gate);
    }

    @Test
    void shouldReceiveWhatWaitedWhenTheGateOpens() throws IOException
    {
        try (DatagramSocket sender = new DatagramSocket())
        {
            sender.send(new DatagramPacket(
                new byte[1], 1, InetAddress.getByName("127.0.0.1"), gated.local().udpPort()));
        }
        final ReceiveBatch batch = new ReceiveBatch(4);
        assertEquals(0, gated.poll(batch));
        gate.open();
        assertEquals(1, gated.poll(batch));
    }

    /** What is sent after the action can be joined, and what waited cannot. */
    @Test
    void shouldJoinNothingBeforeWhatWaitedHasPassedAndTheActionsHaveRun()
    {
        assumeTrue(((LibcUnderlay)gated.fastUnderlay()).gainsFromJoining(), "the kernel has no UDP_SEGMENT");
        final AtomicBoolean joinedBeforeAction = new AtomicBoolean(true);
        assertFalse(gated.gainsFromJoining());
        gate.afterOpening(() -> joinedBeforeAction.set(gated.gainsFromJoining()));
        gate.open();
        while (!gated.gainsFromJoining())
        {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        assertFalse(joinedBeforeAction.get());
        gate.close();
        assertTrue(gated.gainsFromJoining(), "a closed gate holds up reading only");
    }
}
