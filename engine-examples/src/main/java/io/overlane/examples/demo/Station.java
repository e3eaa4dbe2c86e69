// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.port.RingPort;
import io.overlane.status.EngineCounters;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import org.agrona.ErrorHandler;
import org.agrona.MutableDirectBuffer;

/**
 * One side of the demonstration: an in-process port, the engine behind it, and the station's addresses. One thread
 * sends and receives; the engine has its own.
 */
final class Station implements AutoCloseable
{
    /** Bytes: 1500 of Ethernet less 50 for VXLAN. */
    private static final int MTU = 1450;

    /** Full-size frames each way: some 10 ms at full speed, for times when the scheduler runs another thread. */
    private static final int PORT_CAPACITY = 4096;

    private static final int VNI = 1;

    private final DemoHost host;
    private final RingPort port;
    private final OverlayEngine engine;
    private boolean isFound;

    /** Writes a frame in place. */
    @FunctionalInterface
    interface FrameWriter
    {
        void write(MutableDirectBuffer buffer, int offset);
    }

    /** Tests whether a frame is the expected one. */
    @FunctionalInterface
    interface FrameTest
    {
        boolean test(MutableDirectBuffer buffer, int offset, int length);
    }

    /**
     * Launch an engine that knows one neighbour.
     *
     * @param host         of this station.
     * @param neighbor     of the other station.
     * @param underlay     bound already; closed with this.
     * @param remote       address of the neighbour's engine.
     * @param errorHandler gets failures of the underlay.
     */
    Station(
        final DemoHost host,
        final DemoHost neighbor,
        final Underlay underlay,
        final Vtep remote,
        final ErrorHandler errorHandler)
    {
        this.host = host;
        port = new RingPort(host.name(), MTU, PORT_CAPACITY);
        engine = OverlayEngine.launch(new EngineContext()
            .threadingMode(ThreadingMode.SHARED)
            .underlay(underlay)
            .errorHandler(errorHandler)
            .segment(new SegmentContext(VNI)
                .port(port)
                .ownMac(host.mac())
                .policy(p -> p.sourcePolicy(SourcePolicy.KNOWN))
                .fdb(neighbor.mac(), remote)
                .flood(remote)
                .neighbor(neighbor.ip(), neighbor.mac())));
    }

    DemoHost host()
    {
        return host;
    }

    RingPort port()
    {
        return port;
    }

    OverlayEngine engine()
    {
        return engine;
    }

    EngineCounters counters()
    {
        return engine.counters();
    }

    /**
     * Send a frame while there is little traffic.
     *
     * @param length bytes.
     * @param writer writes all of them.
     * @throws IOException if the engine has stopped taking frames.
     */
    void send(final int length, final FrameWriter writer) throws IOException
    {
        final int index = port.tryClaim(length);
        if (index < 0)
        {
            throw new IOException(host.name() + ": the engine takes no frames");
        }
        writer.write(port.buffer(), index);
        port.commit(index);
    }

    /**
     * Receive until the expected frame arrives; others are dropped.
     *
     * @param test      of the expected frame.
     * @param timeoutNs how long to wait, in nanoseconds.
     * @return false if it did not arrive in time.
     */
    boolean await(final FrameTest test, final long timeoutNs)
    {
        final long deadlineNs = System.nanoTime() + timeoutNs;
        isFound = false;
        while (!isFound)
        {
            final int received = port.poll(
                (buffer, offset, length) -> isFound = test.test(buffer, offset, length), 1);
            if (received == 0)
            {
                final long leftNs = deadlineNs - System.nanoTime();
                if (leftNs <= 0)
                {
                    return false;
                }
                port.awaitFrames(leftNs);
            }
        }
        return true;
    }

    @Override
    public void close()
    {
        engine.close();
    }
}
