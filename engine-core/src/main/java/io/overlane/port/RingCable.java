// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.FrameBatch;
import io.overlane.status.DropReason;

/**
 * A cable between two engines of one JVM. Each end is a port of one engine: what an engine offers to its end, the other
 * engine polls from the other end. No application takes part, and no thread of its own.
 *
 * <pre>
 *  one engine                                             another engine
 *  first().offer: writes ──► [ ring, headroom 64 ] ──► second().poll: lends the records in place
 *  first().poll: lends   ◄── [ ring, headroom 64 ] ◄── second().offer: writes
 * </pre>
 *
 * <p>A frame is written into the ring once, because its memory belongs to the underlay that received it, with room in
 * front of it for the tunnel header of the other engine. That engine sends it from there.
 *
 * <p><b>Fates.</b> The engine that offers a frame counts it as delivered, or as dropped for {@code port-full} while the
 * other engine does not keep up; it never waits. The other engine counts the same frame as one that came in. So the
 * frames delivered on one side are the frames that came in on the other.
 *
 * <p><b>The end.</b> An engine closes its own end only. What it offered before can still be polled at the other end.
 * What the other engine offered before is carried or counted as dropped for {@code port-closed}, as the input of every
 * port. From then on frames offered to the other end are dropped for {@link DropReason#PORT_DOWN}: that engine goes on,
 * like a host whose cable was pulled out.
 */
public final class RingCable
{
    private final End first;
    private final End second;

    /**
     * A cable with the default settings of {@link RingPortContext} otherwise.
     *
     * @param name     of both ports, followed by {@code -1} and {@code -2}.
     * @param mtu      IP MTU in bytes.
     * @param capacity full-size frames each direction holds at least; more short ones fit.
     * @throws IllegalArgumentException if a number is out of range.
     */
    public RingCable(final String name, final int mtu, final int capacity)
    {
        this(new RingPortContext().name(name).mtu(mtu).capacity(capacity));
    }

    /**
     * @param context name, MTU and capacity; nothing else is used.
     * @throws IllegalArgumentException if the rings would be too large, or the context has another policy than
     *                                  {@link SlowReader#DROP_NEWEST}: an engine must wait for no other, and an engine
     *                                  may send a frame as long as it is lent.
     */
    public RingCable(final RingPortContext context)
    {
        if (context.slowReader() != SlowReader.DROP_NEWEST)
        {
            throw new IllegalArgumentException("cable " + context.name() + ": slowReader=" + context.slowReader() +
                " is for applications; use DROP_NEWEST between engines");
        }
        first = new End(context.name() + "-1", context);
        second = new End(context.name() + "-2", context);
        first.connect(second, context);
        second.connect(first, context);
    }

    /** @return one end, for one engine. */
    public Port first()
    {
        return first;
    }

    /** @return the other end, for another engine. */
    public Port second()
    {
        return second;
    }

    /** An end: the ring that it polls is the one that the other end offers to. */
    private static final class End extends RingInputPort
    {
        // The cable connects its ends before anybody gets them.
        @SuppressWarnings("NullAway.Init")
        private End other;
        @SuppressWarnings("NullAway.Init")
        private EngineOutput output;
        private volatile boolean isClosed;

        private End(final String name, final RingPortContext context)
        {
            super(name, context);
        }

        private void connect(final End end, final RingPortContext context)
        {
            other = end;
            output = new EngineOutput(other.ring, HEADROOM, DropReason.PORT_DOWN, context, bytes -> false);
        }

        @Override
        public void offer(final FrameBatch batch)
        {
            if (output.offer(batch))
            {
                other.wakeEngine();
            }
        }

        @Override
        public double fillOut()
        {
            return other.fill();
        }

        @Override
        public boolean isClosed()
        {
            return isClosed;
        }

        @Override
        public void close()
        {
            isClosed = true;
            closeInput();
            other.ring.close();
            wake();
        }
    }
}
