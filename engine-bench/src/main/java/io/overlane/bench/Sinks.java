// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.address.Vtep;
import io.overlane.control.FdbContext;
import io.overlane.forwarding.Forwarding;
import io.overlane.forwarding.RemoteCheck;
import io.overlane.frame.FrameBatch;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.UnderlayGuard;
import io.overlane.port.Port;
import io.overlane.status.TableCounters;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import org.agrona.concurrent.SystemNanoClock;

/** Ends of a path that take everything and do nothing, so that what is measured is the path. */
final class Sinks
{
    static final Vtep LOCAL = Vtep.parse("192.0.2.1", 8472);
    static final Vtep REMOTE = Vtep.parse("192.0.2.2", 8472);

    private Sinks()
    {
    }

    /** Calls ports as the engine does. */
    static PortGuard guard()
    {
        return new PortGuard(Throwable::printStackTrace);
    }

    /** A {@link NoUnderlay}, called as the engine does. */
    static UnderlayGuard noUnderlay()
    {
        return new UnderlayGuard(new NoUnderlay(), Throwable::printStackTrace);
    }

    /** Tables of an engine that can also have routes. */
    static Forwarding forwarding(final int maxFdbEntries)
    {
        return new Forwarding(
            new FdbContext().maxEntries(maxFdbEntries),
            new TableCounters(),
            64,
            64,
            64,
            1,
            new RemoteCheck(new NoUnderlay()),
            true,
            SystemNanoClock.INSTANCE);
    }

    /** Takes every datagram: the verdict of a fresh entry says so already. */
    static final class NoUnderlay implements Underlay
    {
        @Override
        public Vtep local()
        {
            return LOCAL;
        }

        @Override
        public String description()
        {
            return "none";
        }

        @Override
        public int poll(final ReceiveBatch batch)
        {
            return 0;
        }

        @Override
        public void send(final SendBatch batch)
        {
        }

        @Override
        public void await(final long timeoutNs)
        {
        }

        @Override
        public void wake()
        {
        }

        @Override
        public void close()
        {
        }
    }

    /** Takes every frame, and has none. */
    static final class NoPort implements Port
    {
        @Override
        public String name()
        {
            return "none";
        }

        @Override
        public int mtu()
        {
            return 1450;
        }

        @Override
        public int poll(final FrameBatch batch, final int limit)
        {
            return 0;
        }

        @Override
        public void offer(final FrameBatch batch)
        {
        }

        @Override
        public void await(final long timeoutNs)
        {
        }

        @Override
        public void wake()
        {
        }

        @Override
        public void close()
        {
        }
    }
}
