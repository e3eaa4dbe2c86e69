// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.stage.Stage;
import io.overlane.stage.StageFrame;
import io.overlane.status.DropReason;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import io.overlane.wire.UdpHeader;
import java.util.HexFormat;

/** A firewall: it drops frames to one UDP port, and prints what became of each frame. */
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

    /**
     * Send a frame to each UDP port through the firewall.
     *
     * @param args local endpoint, peer, denied UDP port, UDP ports: {@code 127.0.0.1:8472 127.0.0.2:8472 23 53 23}.
     * @throws UnderlayException if the local endpoint cannot be bound.
     */
    public static void main(final String[] args) throws UnderlayException
    {
        final Vtep local = Vtep.parse(args[0], 8472);
        final RingPort port = new RingPort("app", 1450, 256);
        final OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(local.address(), local.udpPort())))
            .segment(new SegmentContext(1).port(port).flood(Vtep.parse(args[1], 8472))));
        engine.stages().add(new FirewallStage(Integer.parseInt(args[2])));
        engine.fates(fate -> System.out.println(
            fate.direction() + " VNI " + fate.vni() + " " + fate.kind() + " " + fate.outcome() + " " + fate.reason()));
        for (int i = 3; i < args.length; i++)
        {
            port.send(HexFormat.of().parseHex(FRAME + "%04x00080000".formatted(Integer.parseInt(args[i]))));
        }
        engine.close(1_000_000_000L);
    }
}
