// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.forwarding.Forwarding;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.KnownSources;
import io.overlane.segment.Segment;
import io.overlane.status.PathCounters;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayFeature;
import java.util.Collection;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Makes the underlays drop datagrams of refused sources while the engine drops many received datagrams. Else these fill
 * the receive buffers and push out datagrams of accepted sources. The rest of the time every datagram reaches the
 * engine, which counts the reason and the remote of each drop.
 *
 * <p>There is a filter only while every segment accepts known or listed sources, of which there are at most
 * {@link #MAX_SOURCES} in all. It is only an optimisation: the engine still checks every source. Used by the thread
 * that writes the tables.
 */
final class SourceFilter
{
    /** The kernel compares one address after the other: 256 addresses cost a tenth of a microsecond. */
    static final int MAX_SOURCES = 256;

    /** A sender at this rate does no harm yet, and misconfigured remotes mostly send less. */
    static final long DROPS_PER_SECOND = 1000;

    /** A full load of small datagrams takes longer than this to fill the receive buffer a few times. */
    static final long INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** The filter stays this long after the last interval with many drops, so that a sender that pauses finds it. */
    static final long HOLD_NS = TimeUnit.SECONDS.toNanos(10);

    /** An IPv6 prefix of at most this length that begins with zeros contains all IPv4 addresses. */
    private static final int MAPPED_V4_LENGTH = 96;

    private final Forwarding forwarding;
    private final PathCounters decap;
    private final NanoClock clock;
    /** Null if the engine carries segments. */
    private final @Nullable SourcePolicy networkPolicy;
    private final Underlay[] underlays;
    private long engineDrops;
    private long underlayDrops;
    private long checkedNs;
    private long busyNs;
    private boolean isBusy;
    /** The sources that the underlays accept; null for all. */
    private @Nullable Set<IpPrefix> accepted;

    /** {@code decap} counts the drops of all queues. */
    SourceFilter(final EngineContext context, final Forwarding forwarding, final PathCounters decap)
    {
        this.forwarding = forwarding;
        this.decap = decap;
        clock = context.clock();
        networkPolicy = context.ipNetwork() == null ? null : context.ipNetwork().sourcePolicy();
        underlays = Stream
            .concat(Stream.of(context.underlay()), context.queues().stream().map(QueueContext::underlay))
            .filter(underlay -> underlay.features().contains(UnderlayFeature.SOURCE_FILTER))
            .toArray(Underlay[]::new);
        checkedNs = clock.nanoTime();
    }

    /** Check from time to time whether the engine drops many datagrams. In every duty cycle. */
    void check()
    {
        final long nowNs = clock.nanoTime();
        final long elapsedNs = nowNs - checkedNs;
        if (elapsedNs < INTERVAL_NS || underlays.length == 0)
        {
            return;
        }
        final long engineDropsBefore = engineDrops;
        final long underlayDropsBefore = underlayDrops;
        engineDrops = decap.dropped();
        underlayDrops = 0;
        for (final Underlay underlay : underlays)
        {
            underlayDrops += underlay.receiveDrops();
        }
        // Drops of a full receive buffer may concern accepted sources. While there is a filter, its drops keep it.
        final long drops = engineDrops - engineDropsBefore + (isBusy ? underlayDrops - underlayDropsBefore : 0);
        final double rate = drops * (double)TimeUnit.SECONDS.toNanos(1) / elapsedNs;
        checkedNs = nowNs;
        final boolean wasBusy = isBusy;
        if (rate >= DROPS_PER_SECOND)
        {
            busyNs = nowNs;
            isBusy = true;
        }
        else if (nowNs - busyNs >= HOLD_NS)
        {
            isBusy = false;
        }
        if (isBusy != wasBusy)
        {
            update();
        }
    }

    /**
     * Set the accepted sources in the underlays if they have changed. This runs after each command and before its
     * future completes, so that a remote which a command made known is not filtered any more then.
     */
    void update()
    {
        final Set<IpPrefix> after = isBusy ? sources() : null;
        if (!Objects.equals(accepted, after))
        {
            accepted = after;
            for (final Underlay underlay : underlays)
            {
                underlay.acceptOnly(after);
            }
        }
    }

    /** All sources that some segment or the IP network accepts; null if they are all or too many. */
    private @Nullable Set<IpPrefix> sources()
    {
        final Set<IpPrefix> sources = new HashSet<>();
        if (networkPolicy != null)
        {
            return networkPolicy != SourcePolicy.ANY && addRemotes(sources) ? sources : null;
        }
        final Collection<Segment> segments = forwarding.segments().all();
        // Without a segment the engine counts unknown VNIs of all sources.
        return !segments.isEmpty() && segments.stream().allMatch(segment -> add(sources, segment)) &&
            forwarding.gateways().all().stream().allMatch(vrf -> add(sources, vrf.knownSources())) ? sources : null;
    }

    private static boolean add(final Set<IpPrefix> sources, final Segment segment)
    {
        final SegmentPolicy rules = segment.rules();
        switch (rules.sourcePolicy())
        {
            case ANY:
                return false;

            case LISTED:
                for (final IpPrefix prefix : rules.sources())
                {
                    final IpPrefix base = new IpPrefix(prefix.address().withZone(0), prefix.length()).base();
                    if (base.mappedLength() <= MAPPED_V4_LENGTH && base.address().high() == 0)
                    {
                        return false;
                    }
                    sources.add(base);
                }
                break;

            default:
                return add(sources, segment.knownSources());
        }
        return sources.size() <= MAX_SOURCES;
    }

    private static boolean add(final Set<IpPrefix> sources, final KnownSources known)
    {
        if (known.size() > MAX_SOURCES)
        {
            return false;
        }
        known.forEach(address -> add(sources, address));
        return sources.size() <= MAX_SOURCES;
    }

    /** The IP network accepts every remote that has a route. */
    private boolean addRemotes(final Set<IpPrefix> sources)
    {
        final RemoteTable remotes = forwarding.remotes();
        for (int i = 0; i < remotes.maxRemotes() && sources.size() <= MAX_SOURCES; i++)
        {
            if (remotes.references(i) > 0)
            {
                add(sources, new IpAddress(remotes.high(i), remotes.low(i)));
            }
        }
        return sources.size() <= MAX_SOURCES;
    }

    private static void add(final Set<IpPrefix> sources, final IpAddress address)
    {
        sources.add(new IpPrefix(address.withZone(0), address.bits()));
    }
}
