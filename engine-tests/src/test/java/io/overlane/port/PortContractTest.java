// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.PortContract;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;

/** The ports without a device hold to the contract. */
class PortContractTest
{
    /** The port of tests. */
    @Nested
    class Loopback extends PortContract
    {
        private LoopbackPort port;

        @Override
        protected Port open()
        {
            port = new LoopbackPort("loop0", 1450, 64);
            return port;
        }

        @Override
        protected void send(final byte[] frame)
        {
            assertTrue(port.put(frame));
        }

        @Override
        protected byte[] receive(final long timeoutNs)
        {
            return port.takeBytes();
        }
    }

    /** One VLAN of a trunk: frames have a tag at the far side only. */
    @Nested
    class Trunk extends PortContract
    {
        private static final int TAG_OFFSET = 12;

        private LoopbackPort device;

        @Override
        protected Port open()
        {
            device = new LoopbackPort("loop0", 1450, 64);
            return new VlanTrunk(device, 16).vlan(10);
        }

        @Override
        protected void send(final byte[] frame)
        {
            final byte[] tagged = new byte[frame.length + 4];
            System.arraycopy(frame, 0, tagged, 0, TAG_OFFSET);
            System.arraycopy(new byte[] {(byte)0x81, 0, 0, 10}, 0, tagged, TAG_OFFSET, 4);
            System.arraycopy(frame, TAG_OFFSET, tagged, TAG_OFFSET + 4, frame.length - TAG_OFFSET);
            assertTrue(device.put(tagged));
        }

        @Override
        protected byte[] receive(final long timeoutNs)
        {
            final byte[] tagged = device.takeBytes();
            if (tagged == null)
            {
                return null;
            }
            assertEquals(10, tagged[15]);
            final byte[] frame = Arrays.copyOf(tagged, tagged.length - 4);
            System.arraycopy(tagged, TAG_OFFSET + 4, frame, TAG_OFFSET, frame.length - TAG_OFFSET);
            return frame;
        }
    }

    /** The port of an application. */
    @Nested
    class Ring extends PortContract
    {
        private final BlockingQueue<byte[]> received = new LinkedBlockingQueue<>();
        private RingPort port;

        @Override
        protected Port open()
        {
            port = new RingPort("app", 1450, 64);
            return port;
        }

        @Override
        protected void send(final byte[] frame)
        {
            assertEquals(RingPort.SENT, port.send(frame));
        }

        @Override
        protected byte[] receive(final long timeoutNs) throws InterruptedException
        {
            port.awaitFrames(timeoutNs);
            port.poll((buffer, offset, length) ->
            {
                final byte[] frame = new byte[length];
                buffer.getBytes(offset, frame);
                received.add(frame);
            }, 1);
            return received.poll(0, TimeUnit.SECONDS);
        }
    }
}
