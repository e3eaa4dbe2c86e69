// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.address.Vtep;
import io.overlane.capture.Capture;
import io.overlane.capture.CaptureContext;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.stage.Stage;
import io.overlane.stage.StageFrame;
import io.overlane.status.DropReason;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import io.overlane.wire.UdpHeader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;

/** A firewall: it drops frames to one UDP port, and captures every frame with its verdict. */
public record FirewallStage(int deniedPort) implements Stage
{
    private static final DropReason DENIED = DropReason.custom("firewall-denied");
    /** From 10.0.0.1 to 10.0.0.2, up to the UDP destination port. */
    private static final String FRAME = "02000000000202000000000108004500001c00000000401126cf0a0000010a0000021000";

    @Override
    public void onFrame(final StageFrame frame)
    {
        final UdpHeader udp = frame.udp();
        if (udp != null && udp.destinationPort() == deniedPort)
        {
            frame.drop(DENIED);
        }
    }

    public static void main(final String[] args) throws IOException
    {
        if (args.length < 4)
        {
            System.err.println("usage: FirewallStage LOCAL[:PORT] PEER[:PORT] DENIED-PORT FILE SENT-PORT...");
            System.exit(1);
        }
        final RingPort port = new RingPort("app", 1450, 256);
        try (OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(Vtep.parse(args[0], 8472))))
            .segment(new SegmentContext(1).port(port).flood(Vtep.parse(args[1], 8472))));
            Capture capture = Capture.start(engine, new CaptureContext().file(Path.of(args[3]))))
        {
            engine.stages().add(new FirewallStage(Integer.parseInt(args[2])));
            for (int i = 4; i < args.length; i++)
            {
                port.send(HexFormat.of().parseHex(FRAME + "%04x00080000".formatted(Integer.parseInt(args[i]))));
            }
            engine.close(1_000_000_000L);
            System.out.println("the verdicts are in " + capture.statistics().destination());
        }
    }
}
