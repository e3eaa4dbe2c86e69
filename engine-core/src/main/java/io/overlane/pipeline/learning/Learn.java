// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.learning;

import io.overlane.address.MacAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.limit.RateLimit;
import io.overlane.remote.RemoteTable;
import io.overlane.status.DropReason;
import io.overlane.status.TableCounters;
import io.overlane.table.Hash;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Learns from which remote a source MAC came (Linux {@code vxlan_snoop}): in the FDB, on the thread that writes it; on
 * other threads through a ring to that thread.
 *
 * <p>An entry has the outer source address and the port that datagrams are sent to, never the port that a datagram came
 * from: that port varies by flow.
 */
public final class Learn
{
    private static final int HANDED_SLOTS = 1024;

    private final Fdb fdb;
    private final RemoteTable remotes;
    private final int peerUdpPort;
    private final NanoClock clock;
    /** Limits new and moved entries, by the remote's number plus 1; all remotes without a number share 0. */
    private final RateLimit limits;
    /** Limits the refreshes sent through the ring, by the remote's number. */
    private final RateLimit refreshes;
    /** Null on the thread that writes the FDB. */
    private final @Nullable LearnRing ring;
    /** The stations last sent through the ring, and when, so that a busy station is not sent with every frame. */
    private final long[] handed;
    private final long[] handedMs;
    private boolean isHandedOver;
    /** The station that the last frame of the batch confirmed, so that a burst of its frames needs one lookup. */
    private boolean isConfirmed;
    private int confirmedVni;
    private long confirmedSource;
    private long confirmedHigh;
    private long confirmedLow;
    private long nowNs;
    private long nowMs;
    private boolean isTimeKnown;

    public Learn(
        final Fdb fdb,
        final RemoteTable remotes,
        final int peerUdpPort,
        final NanoClock clock,
        final @Nullable LearnRing ring)
    {
        this.fdb = fdb;
        this.remotes = remotes;
        this.peerUdpPort = peerUdpPort;
        this.clock = clock;
        this.ring = ring;
        final int learns = fdb.learnsPerSecond();
        limits = new RateLimit(learns, learns, remotes.maxRemotes() + 1);
        refreshes = new RateLimit(learns, learns, ring == null ? 1 : remotes.maxRemotes());
        handed = new long[ring == null ? 0 : HANDED_SLOTS];
        handedMs = new long[ring == null ? 0 : HANDED_SLOTS];
    }

    /** End a batch, whose frames share one reading of the clock. */
    public void onBatchEnd()
    {
        isTimeKnown = false;
        isConfirmed = false;
        if (isHandedOver && ring != null)
        {
            isHandedOver = false;
            ring.wake();
        }
    }

    /**
     * The answer of {@link #onFrame} for a valid source, without learning from it.
     *
     * @return {@link DropReason#NONE} or {@link DropReason#STATIC_VIOLATION}.
     */
    public DropReason check(final int vni, final long source, final long high, final long low)
    {
        final long entry = fdb.lookup(vni, source);
        final int current = FdbEntry.remote(entry);
        return !FdbEntry.isConfigured(entry) || remotes.high(current) == high && remotes.low(current) == low ?
            DropReason.NONE :
            DropReason.STATIC_VIOLATION;
    }

    /**
     * @param remote number of the remote at that address, or {@link RemoteTable#MISSING}.
     * @return {@link DropReason#NONE}, also if there is no room to learn; else why Linux would drop the frame.
     */
    public DropReason onFrame(final int vni, final long source, final long high, final long low, final int remote)
    {
        if (isConfirmed && source == confirmedSource && low == confirmedLow && high == confirmedHigh &&
            vni == confirmedVni)
        {
            return DropReason.NONE;
        }
        if (!MacAddress.isValidSource(source))
        {
            return DropReason.BAD_SOURCE_MAC;
        }
        if (!isTimeKnown)
        {
            nowNs = clock.nanoTime();
            nowMs = TimeUnit.NANOSECONDS.toMillis(nowNs);
            isTimeKnown = true;
        }
        final long entry = fdb.lookup(vni, source);
        if (entry != FdbEntry.MISSING)
        {
            final int current = FdbEntry.remote(entry);
            if (remotes.high(current) == high && remotes.low(current) == low)
            {
                refresh(entry, vni, source, current);
                confirmed(vni, source, high, low);
                return DropReason.NONE;
            }
            if (FdbEntry.isConfigured(entry))
            {
                return DropReason.STATIC_VIOLATION;
            }
        }
        isConfirmed = false;
        if (!limits.take(remote + 1, 1, nowNs))
        {
            fdb.onLearnLimited(vni, high, low, peerUdpPort);
        }
        else if (ring == null)
        {
            learn(vni, source, high, low);
        }
        else
        {
            isHandedOver |= ring.offer(vni, source, high, low);
        }
        return DropReason.NONE;
    }

    private void confirmed(final int vni, final long source, final long high, final long low)
    {
        isConfirmed = true;
        confirmedVni = vni;
        confirmedSource = source;
        confirmedHigh = high;
        confirmedLow = low;
    }

    private void refresh(final long entry, final int vni, final long source, final int remote)
    {
        if (ring == null)
        {
            fdb.learn(vni, source, remote, nowMs);
            return;
        }
        final long station = (long)vni << 48 ^ source;
        final int slot = Hash.of(vni, source) & HANDED_SLOTS - 1;
        final boolean isRecent = handed[slot] == station && nowMs - handedMs[slot] < ring.refreshMs();
        if (!FdbEntry.isConfigured(entry) && !isRecent && refreshes.take(remote, 1, nowNs) &&
            ring.offer(vni, source, remotes.high(remote), remotes.low(remote)))
        {
            handed[slot] = station;
            handedMs[slot] = nowMs;
            isHandedOver = true;
        }
    }

    private void learn(final int vni, final long source, final long high, final long low)
    {
        final int remote = remotes.internLearned(high, low, peerUdpPort);
        if (remote < 0)
        {
            fdb.counters().record(TableCounters.Event.NO_REMOTE);
            return;
        }
        final int result = fdb.learn(vni, source, remote, nowMs);
        if (result != Fdb.NEW && result != Fdb.MOVED)
        {
            remotes.release(remote);
        }
    }
}
