// SPDX-License-Identifier: Apache-2.0
package outside;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.ebpf.BpfFastPath;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.http.OverlaneHttp;
import io.overlane.metrics.EngineMetrics;
import io.overlane.netty.NettyUnderlay;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URL;
import java.nio.charset.StandardCharsets;

/** An application that is no part of this project: sends a frame from one engine to another over each underlay named. */
public final class Outside
{
    private Outside()
    {
    }

    public static void main(final String[] args) throws Exception
    {
        for (final String kind : args)
        {
            final IpAddress local = IpAddress.parse("127.0.0.1");
            final Underlay a = open(kind, local);
            final Underlay b = open(kind, local);
            if (BpfFastPath.whyUnavailable(a) == null)
            {
                throw new IllegalStateException("loopback is no Ethernet device");
            }
            final MacAddress macB = MacAddress.parse("02:00:00:00:00:02");
            final RingPort portA = new RingPort("a", 1450, 256);
            final RingPort portB = new RingPort("b", 1450, 256);
            final Vtep toB = b.local();
            final Vtep toA = a.local();
            try (OverlayEngine left = OverlayEngine.launch(new EngineContext().underlay(a)
                    .segment(new SegmentContext(1).port(portA).fdb(macB, toB).flood(toB)));
                OverlayEngine right = OverlayEngine.launch(new EngineContext().underlay(b)
                    .segment(new SegmentContext(1).port(portB).flood(toA))))
            {
                final int index = portA.tryClaim(60);
                portA.buffer().setMemory(index, 60, (byte)0);
                portA.buffer().putBytes(index, new byte[] {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, (byte)0x88, (byte)0xB5});
                portA.commit(index);
                final int[] got = new int[1];
                for (int i = 0; i < 60 && got[0] == 0; i++)
                {
                    portB.awaitFrames(500_000_000L);
                    portB.poll((buffer, offset, length) -> got[0] = length, 16);
                }
                // The engine counts a frame after it has sent it.
                while (left.counters().encap().delivered() == 0)
                {
                    Thread.onSpinWait();
                }
                final MeterRegistry registry = new SimpleMeterRegistry();
                new EngineMetrics(left, "left").bindTo(registry);
                final double sent = registry.get("overlane.frames")
                    .tags("direction", "encap", "fate", "delivered").functionCounter().count();
                System.out.println(
                    kind + ": " + got[0] + " bytes arrived, " + (int)sent + " frame sent, health " + health(left));
            }
        }
    }

    private static String health(final OverlayEngine engine) throws Exception
    {
        try (OverlaneHttp http = OverlaneHttp.start(engine, new InetSocketAddress("127.0.0.1", 0));
            InputStream answer = new URL(http.url() + "healthz").openStream())
        {
            return new String(answer.readAllBytes(), StandardCharsets.US_ASCII).strip();
        }
    }

    private static Underlay open(final String kind, final IpAddress local) throws Exception
    {
        final UnderlayOptions options = new UnderlayOptions(local, 0);
        switch (kind)
        {
            case "libc":
                return LibcUnderlay.open(options);
            case "netty":
                return NettyUnderlay.open(options).toCompletableFuture().join();
            default:
                return NioUnderlay.open(options);
        }
    }
}
