// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.oversize;

import io.overlane.address.IpAddress;
import io.overlane.pipeline.UnderlayGuard;
import io.overlane.remote.RemoteTable;
import io.overlane.underlay.OuterOverhead;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * The longest datagram each remote takes, where one was too long. Sending thread only.
 *
 * <p>The underlay knows (in Linux the kernel's route cache does, which hears "fragmentation needed", follows changes of
 * the interface, and forgets after {@code net.ipv4.route.mtu_expires}, ten minutes). It is asked when a datagram is
 * refused, and what it says is held for a second: so frames too long for a narrow path are judged without a system
 * call, and a path that becomes wide again is found by the next one sent. While no remote has a limit, nothing is
 * looked up.
 */
final class PathMtus
{
    /** What is remembered counts this long, in nanoseconds; the underlay is asked no more often. */
    static final long LIFETIME_NS = TimeUnit.SECONDS.toNanos(1);

    /** Longer than any datagram. */
    static final int UNLIMITED = 1 << 16;

    private final UnderlayGuard underlay;
    private final RemoteTable remotes;
    private final NanoClock clock;
    private final long[] high;
    private final long[] low;
    private final long[] expiryNs;
    private final int[] longest;
    private long lastExpiryNs;
    private boolean isActive;

    PathMtus(final UnderlayGuard underlay, final RemoteTable remotes, final NanoClock clock)
    {
        this.underlay = underlay;
        this.remotes = remotes;
        this.clock = clock;
        high = new long[remotes.maxRemotes()];
        low = new long[remotes.maxRemotes()];
        expiryNs = new long[remotes.maxRemotes()];
        longest = new int[remotes.maxRemotes()];
    }

    /** A batch begins: forget all if nothing counts any more. */
    void onBatch()
    {
        if (isActive && lastExpiryNs - clock.nanoTime() <= 0)
        {
            isActive = false;
        }
    }

    /** @return false if {@link #longest(int)} has nothing to say. */
    boolean isActive()
    {
        return isActive;
    }

    /**
     * @param remote number of a remote.
     * @return bytes of UDP payload it takes as far as is remembered, or {@link #UNLIMITED}.
     */
    int longest(final int remote)
    {
        return isKnown(remote) ? longest[remote] : UNLIMITED;
    }

    /**
     * A datagram to a remote was too long: find out what is not.
     *
     * @param remote number of a remote.
     * @return bytes of UDP payload it takes, or {@link #UNLIMITED} if nobody knows.
     */
    int learn(final int remote)
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
        return longest[remote];
    }

    /** A number may have been given to another address since. */
    private boolean isKnown(final int remote)
    {
        return isActive && longest[remote] > 0 && expiryNs[remote] - clock.nanoTime() > 0 &&
            high[remote] == remotes.high(remote) && low[remote] == remotes.low(remote);
    }
}
