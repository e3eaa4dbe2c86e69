// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A way to send datagrams to other endpoints and to receive theirs.
 *
 * <p>One thread polls and one thread sends; they may be different threads (a split worker), so an implementation keeps
 * no state across the two. A broken socket is told to the {@code ErrorHandler} it was made with; no method here throws
 * for it.
 */
public interface Underlay extends AutoCloseable
{
    /** @return where we are bound: the address may be the wildcard, the port is the real one. */
    Vtep local();

    /** @return what it is, in a word or two, for the start line and logs. */
    String description();

    /**
     * Whether datagrams of equal length leave faster if they are joined in one entry
     * ({@link SendBatch#segmentSize(int)}). A joined entry is always sent, if need be as one datagram after the other.
     * May change while running.
     *
     * @return false where joining only costs a copy.
     */
    default boolean gainsFromJoining()
    {
        return false;
    }

    /**
     * Whether {@link SendBatch#flowHash(int)} is looked at; where it is not, nobody need compute it. Never changes.
     *
     * @return true if flows leave from different source ports.
     */
    default boolean usesFlowHash()
    {
        return false;
    }

    /**
     * What it can do beyond carrying datagrams. Never changes.
     *
     * @return none by default.
     */
    default Set<UnderlayFeature> features()
    {
        return Set.of();
    }

    /**
     * Ask what the longest packet to a remote is now, by the route's MTU and what routers on the way have said. May
     * take some system calls: for use when a datagram was {@code OVERSIZE}. Sending thread only.
     *
     * @param remoteHigh first word of the outer destination address ({@code IpAddress}).
     * @param remoteLow  second word.
     * @return IP MTU in bytes, headers included; 0: not known.
     */
    default int pathMtu(final long remoteHigh, final long remoteLow)
    {
        return 0;
    }

    /**
     * How many datagrams arrived for this underlay and were dropped before {@link #poll} could return them: the
     * socket's receive buffer, or another queue in front of {@code poll}, had no room, the system refused the datagram
     * (a wrong UDP checksum), or its source was not accepted ({@link #acceptOnly}). No other counter has them: a frame
     * counts as received only when {@code poll} returns it. Counted since the underlay was opened, and kept after it is
     * closed. Any thread.
     *
     * @return the count; 0 where the system does not say.
     */
    default long receiveDrops()
    {
        return 0;
    }

    /**
     * Receive what is sent to a multicast group from now on. A group that is joined already stays joined, once. Needs
     * {@link UnderlayFeature#MULTICAST}. Any thread.
     *
     * @param group a multicast address.
     * @throws IOException if the system refuses; the message is one line and names the group.
     */
    default void join(final IpAddress group) throws IOException
    {
        throw new UnsupportedOperationException(description() + " cannot join " + group);
    }

    /**
     * Receive no more of what is sent to a multicast group. One that is not joined stays so. Any thread.
     *
     * @param group a multicast address.
     * @throws IOException if the system refuses; the message is one line and names the group.
     */
    default void leave(final IpAddress group) throws IOException
    {
        throw new UnsupportedOperationException(description() + " cannot leave " + group);
    }

    /**
     * Say from which outer addresses the engine accepts datagrams, so that the underlay may drop all others before they
     * take room in its receive buffer. It may let others through: the engine checks every source itself. What it drops
     * is counted in {@link #receiveDrops()}. The change takes effect at once as a whole. Where the system refuses, the
     * underlay lets everything through and reports that. Of use where it has {@link UnderlayFeature#SOURCE_FILTER}.
     * Any thread.
     *
     * @param sources prefixes of accepted addresses, without zones; null: all addresses are accepted, as at the start.
     */
    default void acceptOnly(final @Nullable Set<IpPrefix> sources)
    {
    }

    /**
     * Append waiting datagrams to {@code batch} until it is full or none are left; never blocks. Their frames are lent
     * until the next poll. Polling thread only.
     *
     * @param batch to append to.
     * @return entries added, 0 when nothing was waiting.
     */
    int poll(ReceiveBatch batch);

    /**
     * Send every entry, all in order or, where the flow hash is used, those of one hash, waiting for the socket for a
     * bounded time at most, and set each entry's verdict: {@code NONE} when the network took it, else {@code OVERSIZE},
     * {@code UNDERLAY_BUSY}, {@code UNDERLAY_UNREACHABLE} or {@code UNDERLAY_ERROR}. Sending thread only.
     *
     * @param batch what to send; not cleared.
     */
    void send(SendBatch batch);

    /**
     * Block the polling thread until {@link #poll} may return something, {@link #wake()} is called, or the time is
     * over. May return early without a reason.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     */
    void await(long timeoutNs);

    /** End a current or the next {@link #await(long)}. Any thread; cheap when nobody waits. */
    void wake();

    /**
     * Whether {@link #close()} has been called. An engine does not take a closed underlay, and reports one that
     * somebody else closes. Any thread.
     *
     * @return false also where the underlay does not know.
     */
    default boolean isClosed()
    {
        return false;
    }

    /** Release the sockets. Closing twice does no harm. */
    @Override
    void close();
}
