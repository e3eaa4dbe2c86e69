// SPDX-License-Identifier: Apache-2.0
package io.overlane.bench;

import io.overlane.address.Vtep;
import io.overlane.control.FdbContext;
import io.overlane.fate.Fate;
import io.overlane.forwarding.Forwarding;
import io.overlane.forwarding.RemoteCheck;
import io.overlane.limit.RateLimit;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.UnderlayGuard;
import io.overlane.pipeline.decap.DatagramFeed;
import io.overlane.pipeline.decap.DecapGateway;
import io.overlane.pipeline.decap.OfferQueue;
import io.overlane.pipeline.decap.VxlanDecapPath;
import io.overlane.pipeline.encap.EncapGateway;
import io.overlane.pipeline.encap.EncapShared;
import io.overlane.pipeline.encap.SendQueue;
import io.overlane.pipeline.encap.Suppress;
import io.overlane.pipeline.encap.VxlanEncapPath;
import io.overlane.pipeline.gateway.GatewayShared;
import io.overlane.pipeline.oversize.OversizeReply;
import io.overlane.pipeline.stage.ThreadStages;
import io.overlane.pipeline.stage.Transit;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.status.TableCounters;
import io.overlane.testkit.SilentUnderlay;
import io.overlane.underlay.Underlay;
import io.overlane.wire.VxlanHeader;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.SystemNanoClock;

/** Ends of a path that do nothing, so that the path itself is measured. */
final class Sinks
{
    static final Vtep REMOTE = Vtep.parse("192.0.2.2", 8472);

    private Sinks()
    {
    }

    /** Calls ports as the engine does. */
    static PortGuard guard()
    {
        return new PortGuard(Throwable::printStackTrace);
    }

    /** Takes every datagram. */
    static Underlay underlay()
    {
        return new SilentUnderlay(Vtep.parse("192.0.2.1", 8472));
    }

    /** Calls {@link #underlay()} as the engine does. */
    static UnderlayGuard underlayGuard()
    {
        return new UnderlayGuard(underlay(), Throwable::printStackTrace);
    }

    /** Tables of an engine that can also have routes. */
    static Forwarding forwarding(final int maxFdbEntries)
    {
        return forwarding(maxFdbEntries, true);
    }

    /** Tables of an engine that has the routes of an IP network, or else gateways. */
    static Forwarding forwarding(final int maxFdbEntries, final boolean hasRoutes)
    {
        return new Forwarding(
            new FdbContext().maxEntries(maxFdbEntries),
            new TableCounters(),
            64,
            64,
            64,
            1,
            new RemoteCheck(underlay()),
            hasRoutes,
            SystemNanoClock.INSTANCE);
    }

    /** The way out of the first port of a segment, as the engine builds it. */
    static VxlanEncapPath encap(
        final Forwarding forwarding, final Segment segment, final EngineCounters counters, final ThreadStages stages)
    {
        return encap(forwarding, segment, new Fates(counters.encap()), stages);
    }

    /** The way out, with a listener of fates. */
    static VxlanEncapPath encap(
        final Forwarding forwarding, final Segment segment, final Fates fates, final ThreadStages stages)
    {
        return new VxlanEncapPath(
            segment, segment.ports().first(), shared(forwarding, fates, stages, new Transit(fates)));
    }

    /** What the ways out of a thread share. */
    static EncapShared shared(
        final Forwarding forwarding, final Fates fates, final ThreadStages stages, final Transit transit)
    {
        return new EncapShared(
            forwarding.fdb(),
            new SendQueue(
                underlayGuard(),
                Frames.BATCH,
                forwarding.remotes(),
                fates,
                VxlanHeader.LENGTH,
                SystemNanoClock.INSTANCE),
            8472,
            null,
            fates,
            guard(),
            new Suppress(forwarding.neighbors(), forwarding.fdb(), remote -> false, null),
            null,
            new OversizeReply(guard(), new RateLimit(1000), SystemNanoClock.INSTANCE),
            stages,
            new EncapGateway(gateway(forwarding, transit), null, fates),
            Frames.BATCH);
    }

    /** The way in, as the engine builds it. */
    static DatagramFeed decap(final Forwarding forwarding, final NanoClock clock, final EngineCounters counters)
    {
        return decap(forwarding, clock, new Fates(counters.decap()), stages(Fate.Direction.DECAP));
    }

    /** The parts of a gateway. */
    static GatewayShared gateway(final Forwarding forwarding, final Transit transit)
    {
        return new GatewayShared(
            forwarding.gateways(),
            forwarding.neighbors(),
            forwarding.fdb(),
            SystemNanoClock.INSTANCE,
            transit,
            new RateLimit(1000),
            new RateLimit(1000));
    }

    /** Stages of one thread; none yet. */
    static ThreadStages stages(final Fate.Direction direction)
    {
        return new ThreadStages(direction, SystemNanoClock.INSTANCE, null);
    }

    /** The way in, with stages of an application and a listener of fates. */
    static DatagramFeed decap(
        final Forwarding forwarding, final NanoClock clock, final Fates fates, final ThreadStages stages)
    {
        return decap(forwarding, clock, fates, stages, new Transit(fates));
    }

    /** The way in, with a way to the thread that sends. */
    static DatagramFeed decap(
        final Forwarding forwarding,
        final NanoClock clock,
        final Fates fates,
        final ThreadStages stages,
        final Transit transit)
    {
        final OfferQueue toPorts = new OfferQueue(Frames.BATCH, true, fates, guard());
        return new DatagramFeed(new VxlanDecapPath(
            forwarding.segments(),
            forwarding.fdb(),
            forwarding.remotes(),
            8472,
            clock,
            toPorts,
            fates,
            stages,
            transit,
            new DecapGateway(gateway(forwarding, transit), null, forwarding.remotes(), toPorts, fates),
            null,
            null));
    }
}
