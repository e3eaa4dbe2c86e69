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
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.agrona.MutableDirectBuffer;

/** A port on an event loop, which sends each frame back to its sender. No thread waits in the port. */
public record EventLoopEcho(RingPort port, ExecutorService loop, Queue<byte[]> unsent)
{
    public static void main(final String[] args) throws UnderlayException
    {
        if (args.length < 2)
        {
            System.err.println("usage: EventLoopEcho LOCAL[:PORT] PEER[:PORT]");
            System.exit(1);
        }
        final RingPort port = new RingPort("echo", 1450, 64);
        final EventLoopEcho echo = new EventLoopEcho(port, Executors.newSingleThreadExecutor(), new ArrayDeque<>());
        port.onFrames(() -> echo.loop.execute(echo::run));
        port.onRoom(() -> echo.loop.execute(echo::run));
        final OverlayEngine engine = OverlayEngine.launch(new EngineContext()
            .underlay(NioUnderlay.open(new UnderlayOptions(Vtep.parse(args[0], 8472))))
            .segment(new SegmentContext(1).port(port).flood(Vtep.parse(args[1], 8472))));
        System.out.println("echo on " + engine.local());
    }

    private void run()
    {
        while (!unsent.isEmpty() && port.send(unsent.element()) != RingPort.FULL)
        {
            unsent.remove();
        }
        if (unsent.isEmpty() && port.poll(this::onFrame, 64) > 0)
        {
            loop.execute(this::run);
        }
    }

    private void onFrame(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        final byte[] answer = new byte[length];
        buffer.getBytes(offset, answer);
        buffer.getBytes(offset, answer, 6, 6);
        buffer.getBytes(offset + 6, answer, 0, 6);
        unsent.add(answer);
    }
}
