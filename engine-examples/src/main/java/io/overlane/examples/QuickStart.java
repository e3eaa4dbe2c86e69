// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;

/** The README's example: an application joins an overlay with its own port. */
public final class QuickStart
{
    private QuickStart()
    {
    }

    /**
     * Send one frame to a peer and print what arrives within a second.
     *
     * @param args local IP, peer IP.
     * @throws UnderlayException if the UDP port of the local IP cannot be bound.
     */
    public static void main(final String[] args) throws UnderlayException
    {
        final IpAddress local = IpAddress.parse(args[0]);
        final Vtep peer = Vtep.parse(args[1], 8472);
        final MacAddress peerMac = MacAddress.parse("02:00:00:00:00:02");

        final RingPort port = new RingPort("app", 1450, 256);
        final EngineContext context = new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(local, 8472)))
            .segment(new SegmentContext(1).port(port).fdb(peerMac, peer).flood(peer));

        try (OverlayEngine engine = OverlayEngine.launch(context))
        {
            final int index = port.tryClaim(60);
            port.buffer().setMemory(index, 60, (byte)0);
            port.buffer().putBytes(index, new byte[] {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, (byte)0x88, (byte)0xB5});
            port.commit(index);

            port.awaitFrames(1_000_000_000L);
            port.poll((buffer, offset, length) -> System.out.println("got " + length + " bytes"), 16);
            System.out.println(engine.counters().encap().delivered() + " frames sent");
        }
    }
}
