// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import java.util.HexFormat;

/** The README's example: an application joins an overlay with its own port. */
public final class QuickStart
{
    private QuickStart()
    {
    }

    /** Sends one frame to a peer and prints what arrives within five seconds. */
    public static void main(final String[] args) throws UnderlayException
    {
        if (args.length < 2)
        {
            System.err.println("usage: QuickStart LOCAL[:PORT] PEER[:PORT]");
            System.exit(1);
        }
        final RingPort port = new RingPort("app", 1450, 256);
        try (OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(Vtep.parse(args[0], 8472))))
            .segment(new SegmentContext(1).port(port).flood(Vtep.parse(args[1], 8472)))))
        {
            // A frame to all stations: two MACs, an EtherType, and the text "hello".
            port.send(HexFormat.of().parseHex("ffffffffffff" + "020000000001" + "88b5" + "68656c6c6f"));
            port.awaitFrames(5_000_000_000L);
            port.poll((buffer, offset, length) -> System.out.println("got " + length + " bytes"), 16);
            engine.close(1_000_000_000L);
            System.out.println(engine.counters().encap().delivered() + " frames sent");
        }
    }
}
