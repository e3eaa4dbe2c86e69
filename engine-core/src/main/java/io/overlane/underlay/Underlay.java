// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sends datagrams to other endpoints and receives theirs.
 *
 * <p>One thread polls and one thread sends; they may be different threads (a split worker), so an implementation keeps
 * no state that both use. A broken socket is reported to the {@code ErrorHandler} that the underlay was made with; no
 * method here throws for it.
 */
public interface Underlay extends AutoCloseable
{
    /** @return the local endpoint: the address may be the wildcard, the port is the real one. */
    Vtep local();

    /** @return a name of one or two words, for the start line and logs. */
    String description();

    /**
     * Whether datagrams of equal length leave faster if they are joined in one entry
     * ({@link SendBatch#segmentSize(int)}). Every underlay sends a joined entry, if need be as one datagram after the
     * other. May change while running.
     *
     * @return false where joining only costs a copy.
     */
    default boolean gainsFromJoining()
    {
        return false;
    }

    /**
     * Whether the underlay reads {@link SendBatch#flowHash(int)}; if not, nobody need compute it. Never changes.
     *
     * @return true if flows leave from different source ports.
     */
    default boolean usesFlowHash()
    {
        return false;
    }

    /** @return features beyond carrying datagrams, none by default. Never changes. */
    default Set<UnderlayFeature> features()
    {
        return Set.of();
    }

    /**
     * Find out the length of the longest packet to a remote, from the MTU of the route and the reports of routers. May
     * take some system calls: meant for a datagram that was {@code OVERSIZE}. Sending thread only.
     *
     * @param remoteHigh first word of the outer destination address ({@code IpAddress}).
     * @param remoteLow  second word.
     * @return IP MTU in bytes, headers included; 0 if not known.
     */
    default int pathMtu(final long remoteHigh, final long remoteLow)
    {
        return 0;
    }

    /**
     * The underlay that a fast path may use in place of this one: the datagrams that it carries pass by this underlay.
     * An underlay in front of another one answers the other one if it need not receive each datagram.
     *
     * @return this underlay, unless a subclass answers another one.
     */
    default Underlay fastUnderlay()
    {
        return this;
    }

    /**
     * How many datagrams arrived for this underlay and were dropped before {@link #poll} could return them: because the
     * socket's receive buffer, or another queue in front of {@code poll}, had no room; because the system refused the
     * datagram (a wrong UDP checksum); or because its source was not accepted ({@link #acceptOnly}). No other counter
     * includes them. Counted since the underlay was opened, and kept after it is closed. Any thread.
     *
     * @return the count; 0 where the system does not report it.
     */
    default long receiveDrops()
    {
        return 0;
    }

    /**
     * Receive datagrams to a multicast group from now on; no change if the group is joined already. Needs
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
     * Stop receiving datagrams to a multicast group; no change if the group is not joined. Any thread.
     *
     * @param group a multicast address.
     * @throws IOException if the system refuses; the message is one line and names the group.
     */
    default void leave(final IpAddress group) throws IOException
    {
        throw new UnsupportedOperationException(description() + " cannot leave " + group);
    }

    /**
     * Set the outer addresses from which the engine accepts datagrams, so that the underlay can drop all others before
     * they take room in its receive buffer. It may let others through: the engine checks every source itself. Datagrams
     * dropped here are counted in {@link #receiveDrops()}. The change takes effect at once as a whole. If the system
     * refuses, the underlay lets everything through and reports that. Only of use with
     * {@link UnderlayFeature#SOURCE_FILTER}. Any thread.
     *
     * @param sources prefixes of accepted addresses, without zones; null: all addresses are accepted, as at the start.
     */
    default void acceptOnly(final @Nullable Set<IpPrefix> sources)
    {
    }

    /**
     * Append waiting datagrams to a batch until it is full or none are left; never blocks. Their frames are lent until
     * the next poll. Polling thread only.
     *
     * @param batch to append to.
     * @return entries added, 0 when nothing was waiting.
     */
    int poll(ReceiveBatch batch);

    /**
     * Send every entry and set its verdict: {@code NONE} if the network accepted it, else {@code OVERSIZE},
     * {@code UNDERLAY_BUSY}, {@code UNDERLAY_UNREACHABLE} or {@code UNDERLAY_ERROR}. Keeps the order of all entries or,
     * where the flow hash is used, of entries with one hash. Waits for the socket for a bounded time at most. Sending
     * thread only.
     *
     * @param batch to send; not cleared.
     */
    void send(SendBatch batch);

    /**
     * Block the polling thread until {@link #poll} may return something, {@link #wake()} is called, or the time is
     * over. May return early without a reason.
     *
     * @param timeoutNs the longest time to block, in nanoseconds.
     */
    void await(long timeoutNs);

    /** End a current or the next {@link #await(long)}. Any thread; cheap while no thread waits. */
    void wake();

    /**
     * Whether {@link #close()} was called. An engine refuses a closed underlay, and reports one that somebody else
     * closes. Any thread.
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
