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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Scanner;

/** A chat on layer 2: each line that is typed in one JVM goes out as a broadcast frame and appears in the other. */
public final class L2Chat
{
    /** To all stations, from a local MAC, with an EtherType for experiments. */
    private static final byte[] HEADER = HexFormat.of().parseHex("ffffffffffff" + "020000000001" + "88b5");

    private L2Chat()
    {
    }

    public static void main(final String[] args) throws UnderlayException
    {
        if (args.length < 2)
        {
            System.err.println("usage: L2Chat LOCAL[:PORT] PEER[:PORT]");
            System.exit(1);
        }
        final RingPort port = new RingPort("chat", 1450, 64);
        final EngineContext context = new EngineContext()
            .drainNs(1_000_000_000L)
            .underlay(NioUnderlay.open(new UnderlayOptions(Vtep.parse(args[0], 8472))))
            .segment(new SegmentContext(1).port(port).flood(Vtep.parse(args[1], 8472)));
        try (OverlayEngine engine = OverlayEngine.launch(context))
        {
            new Thread(() -> print(port)).start();
            System.out.println("chat on " + engine.local());
            final Scanner input = new Scanner(System.in, StandardCharsets.UTF_8);
            while (input.hasNextLine())
            {
                final byte[] text = input.nextLine().getBytes(StandardCharsets.UTF_8);
                port.send(ByteBuffer.allocate(HEADER.length + text.length).put(HEADER).put(text).array());
            }
        }
    }

    private static void print(final RingPort port)
    {
        while (port.awaitFrames(1_000_000_000L))
        {
            port.poll((buffer, offset, length) -> System.out.println(
                buffer.getStringWithoutLengthUtf8(offset + HEADER.length, length - HEADER.length)), 16);
        }
    }
}
