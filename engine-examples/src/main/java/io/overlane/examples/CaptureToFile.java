// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples;

import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.capture.Capture;
import io.overlane.capture.CaptureContext;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.policy.SegmentContext;
import io.overlane.port.RingPort;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HexFormat;

/** Mirrors the packets of one address to a pcapng file, while frames flow. */
public final class CaptureToFile
{
    /** UDP from 10.0.0.1 to 10.0.0.2. */
    private static final String FRAME = "020000000002020000000001" + "0800" +
        "4500001c00000000401126cf0a0000010a000002" + "1000003500080000";

    private CaptureToFile()
    {
    }

    /** Sends frames, and captures them. */
    public static void main(final String[] args) throws IOException
    {
        if (args.length < 4)
        {
            System.err.println("usage: CaptureToFile LOCAL[:PORT] PEER[:PORT] FILE FRAMES");
            System.exit(1);
        }
        final RingPort port = new RingPort("app", 1450, 256);
        final OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(Vtep.parse(args[0], 8472))))
            .segment(new SegmentContext(42).port(port).flood(Vtep.parse(args[1], 8472))));
        final Capture capture = Capture.start(engine, new CaptureContext()
            .file(Path.of(args[2]))
            .vni(42)
            .address(IpPrefix.parse("10.0.0.2/32"))
            .maxFileLength(100_000_000));
        for (int i = Integer.parseInt(args[3]); i > 0; i--)
        {
            port.send(HexFormat.of().parseHex(FRAME));
        }
        // Carries the frames first.
        engine.close(1_000_000_000L);
        capture.close();
        System.out.println(capture.statistics());
    }
}
