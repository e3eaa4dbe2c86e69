// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.oversize;

import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.UnderlayGuard;
import io.overlane.remote.RemoteTable;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.base.OuterOverhead;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Answers or drops datagrams that are too long for their remote. Answered ones count as answered, dropped ones are
 * counted with their size. Sending thread only.
 *
 * <p>The underlay knows how long a datagram may be (in Linux from the kernel's route cache, which processes
 * "fragmentation needed", follows changes of the interface, and forgets after {@code net.ipv4.route.mtu_expires}, ten
 * minutes). It is asked when a datagram is refused, and its answer is kept for a second. So frames that are too long
 * for a narrow path are found without a system call, and the next datagram after that second finds out if the path is
 * wide again. While no remote has a limit, nothing is looked up.
 */
public final class OversizeFate
{
    /** The time for which an answer of the underlay is kept; the underlay is asked no more often. */
    private static final long LIFETIME_NS = TimeUnit.SECONDS.toNanos(1);

    /** Longer than any datagram. */
    private static final int UNLIMITED = 1 << 16;

    private final UnderlayGuard underlay;
    private final RemoteTable remotes;
    private final Fates fates;
    private final int headerLength;
    private final NanoClock clock;
    private int vni;
    @SuppressWarnings("NullAway.Init")
    private OversizeListener listener;

    // By the remote's number.
    private final long[] high;
    private final long[] low;
    private final long[] expiryNs;
    private final int[] longest;
    private long lastExpiryNs;
    private boolean isActive;

    /**
     * @param headerLength bytes of tunnel header in each datagram.
     */
    public OversizeFate(
        final UnderlayGuard underlay,
        final RemoteTable remotes,
        final Fates fates,
        final int headerLength,
        final NanoClock clock)
    {
        this.underlay = underlay;
        this.remotes = remotes;
        this.fates = fates;
        this.headerLength = headerLength;
        this.clock = clock;
        high = new long[remotes.maxRemotes()];
        low = new long[remotes.maxRemotes()];
        expiryNs = new long[remotes.maxRemotes()];
        longest = new int[remotes.maxRemotes()];
    }

    /**
     * Begin a batch of one segment.
     *
     * @param listener may answer the senders.
     */
    public void begin(final int vni, final OversizeListener listener)
    {
        this.vni = vni;
        this.listener = listener;
        if (isActive && lastExpiryNs - clock.nanoTime() <= 0)
        {
            isActive = false;
        }
    }

    /** Whether a frame of a length is known not to fit the path to a remote. */
    public boolean isTooLong(final int length, final int remote)
    {
        return isActive && length + headerLength > longest(remote);
    }

    /**
     * Answer or drop a frame, or a super-frame of several, that is not sent.
     *
     * @param frame  done with when this returns.
     * @param length bytes of it, or of one of its segments.
     * @param count  frames it stands for.
     */
    public void refuse(final Frame frame, final int length, final int remote, final int count)
    {
        final int longestFrame = longest(remote) - headerLength;
        count(length > longestFrame && listener.onOversize(frame, longestFrame), frame, length, remote, count);
    }

    /**
     * Drop frames that are too long for any remote by this way.
     *
     * @param length bytes of the frame, or of one of its segments.
     */
    public void drop(final Frame frame, final int length, final int remote, final int count)
    {
        count(false, frame, length, remote, count);
    }

    private void count(
        final boolean isAnswered, final Frame frame, final int length, final int remote, final int count)
    {
        fates.oversize(isAnswered, vni, remotes.high(remote), remotes.low(remote), frame, length, count);
    }

    /**
     * Answer or drop an entry that the underlay found too long. Of joined datagrams the first stands for all: its
     * sender gets the answer, the others are dropped.
     */
    public void onRefused(final SendBatch batch, final int entry, final int count)
    {
        final int remote = batch.remote(entry);
        final int length = datagramLength(batch, entry) - headerLength;
        learn(remote);
        final Frame frame = batch.frame(entry).strip(headerLength).length(length);
        refuse(frame, length, remote, 1);
        if (count > 1)
        {
            drop(frame, length, remote, count - 1);
        }
    }

    public static int datagramLength(final SendBatch batch, final int entry)
    {
        final int segmentSize = batch.segmentSize(entry);
        final int length = batch.frame(entry).length();
        return segmentSize > 0 ? Math.min(segmentSize, length) : length;
    }

    /** Bytes of UDP payload that the path to a remote takes, or {@link #UNLIMITED} if that is not known. */
    private int longest(final int remote)
    {
        return isKnown(remote) ? longest[remote] : UNLIMITED;
    }

    private void learn(final int remote)
    {
        if (!isKnown(remote))
        {
            high[remote] = remotes.high(remote);
            low[remote] = remotes.low(remote);
            final int mtu = underlay.pathMtu(high[remote], low[remote]);
            final boolean isV4 = IpAddress.isV4(high[remote], low[remote]);
            longest[remote] = mtu == 0 ? UNLIMITED : mtu - OuterOverhead.datagram(isV4);
            lastExpiryNs = clock.nanoTime() + LIFETIME_NS;
            expiryNs[remote] = lastExpiryNs;
            isActive = true;
        }
    }

    /** A number may have been given to another address since. */
    private boolean isKnown(final int remote)
    {
        return isActive && longest[remote] > 0 && expiryNs[remote] - clock.nanoTime() > 0 &&
            high[remote] == remotes.high(remote) && low[remote] == remotes.low(remote);
    }
}
