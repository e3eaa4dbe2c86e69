// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import io.overlane.frame.FrameBatch;
import io.overlane.status.DropReason;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.VlanTag;

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
        final FrameRing forth = RingPort.ring(context, EngineInput.HEADROOM);
        final FrameRing back = RingPort.ring(context, EngineInput.HEADROOM);
        final int longest = context.mtu() + EthernetHeader.LENGTH + VlanTag.LENGTH;
        first = new End(context.name() + "-1", context, back, forth, longest);
        second = new End(context.name() + "-2", context, forth, back, longest);
        first.connect(second);
        second.connect(first);
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

    /** An end. */
    private static final class End implements Port
    {
        private final String name;
        private final int mtu;
        private final EngineInput input;
        private final EngineOutput output;
        private final FrameRing outputRing;
        @SuppressWarnings("NullAway.Init") // The cable connects its ends before anybody gets them.
        private End other;
        private volatile boolean isClosed;

        private End(
            final String name,
            final RingPortContext context,
            final FrameRing inputRing,
            final FrameRing outputRing,
            final int longest)
        {
            this.name = name;
            this.outputRing = outputRing;
            mtu = context.mtu();
            input = new EngineInput(inputRing, context);
            output = new EngineOutput(
                outputRing, EngineInput.HEADROOM, longest, DropReason.PORT_DOWN, context, bytes -> false);
        }

        private void connect(final End end)
        {
            other = end;
        }

        @Override
        public String name()
        {
            return name;
        }

        @Override
        public int mtu()
        {
            return mtu;
        }

        @Override
        public int poll(final FrameBatch batch, final int limit)
        {
            return input.poll(batch, limit);
        }

        @Override
        public void offer(final FrameBatch batch)
        {
            if (output.offer(batch))
            {
                other.input.wakeEngine();
            }
        }

        @Override
        public void await(final long timeoutNs)
        {
            input.await(timeoutNs);
        }

        @Override
        public void wake()
        {
            input.wake();
        }

        @Override
        public boolean wakes(final Runnable wake)
        {
            input.wakes(wake);
            return true;
        }

        @Override
        public double fill()
        {
            return input.ring().fill();
        }

        @Override
        public double fillOut()
        {
            return outputRing.fill();
        }

        @Override
        public void endInput()
        {
            input.end();
        }

        @Override
        public boolean hasInput()
        {
            return input.hasInput();
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
            input.close();
            outputRing.close();
            input.wake();
        }
    }
}
