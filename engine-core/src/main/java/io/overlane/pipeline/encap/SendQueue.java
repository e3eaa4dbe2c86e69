// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.fate.Fate;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.offload.GsoSplitter;
import io.overlane.pipeline.Copies;
import io.overlane.pipeline.FateFeed;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.UnderlayGuard;
import io.overlane.pipeline.oversize.OversizeFate;
import io.overlane.pipeline.oversize.OversizeListener;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.status.Traffic;
import io.overlane.underlay.SendBatch;
import io.overlane.wire.VxlanHeader;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Frames on their way to the underlay: writes their tunnel headers, collects a batch of datagrams, sends it when it is
 * full or the caller flushes, and counts the fate of every frame in it.
 *
 * <p>A frame by itself stays where it lies, and its tunnel header is written into its headroom. Frames of equal length
 * to one remote, and the segments of a super-frame, are copied one behind the other and leave in one send, as many as
 * the underlay and a UDP datagram's 16-bit length allow. Super-frames that follow each other share sends, so that their
 * last segments do not need sends of their own.
 */
public final class SendQueue
{
    /** Payload of the largest UDP datagram over IPv4: 65535 less 20 and 8. */
    private static final int MAX_JOINED_LENGTH = 65_507;

    private static final int JOIN_SLOTS = 16;

    private final UnderlayGuard underlay;
    private final SendBatch batch;
    private final int[] frames;
    private final int[] bytes;
    /** In the tunnel headers of each entry. */
    private final int[] vnis;
    private final RemoteTable remotes;
    private final PathCounters counters;
    private final Fates fates;
    private final int headerLength;
    /** Null if the underlay does not use hashes. */
    private final @Nullable FlowHash flowHash;
    private final OversizeFate oversize;
    private final NanoClock clock;
    /** Made with the first frames that are joined or cut: it takes a megabyte, and many engines never need it. */
    private @Nullable FrameSlab joinSlots;
    /** An entry has one slot at most. */
    private final int maxJoinSlots;
    private final VxlanHeader vxlan = new VxlanHeader();
    private final Copies copies = new Copies();
    private final Copies noCopies = new Copies();
    private final int[] mirrorTo = new int[1];
    /** Of the copies that are sent now. */
    private Fate.Kind kind = Fate.Kind.FLOOD_COPY;

    private int joinSlotsUsed;
    private int vni;
    private int headerVni;
    @SuppressWarnings("NullAway.Init")
    private Traffic traffic;

    /** Whether the last entry may grow. */
    private boolean isOpen;
    private boolean isJoined;
    /** Bytes in each datagram of the last entry. */
    private int segmentLength;

    /**
     * @param capacity     entries per send.
     * @param headerLength bytes of tunnel header in each datagram, not counted as payload, with Ethernet behind it; 0
     *                     for bare IP packets.
     * @param clock        measures for how long a path's MTU is remembered.
     */
    public SendQueue(
        final UnderlayGuard underlay,
        final int capacity,
        final RemoteTable remotes,
        final Fates fates,
        final int headerLength,
        final NanoClock clock)
    {
        this.clock = clock;
        oversize = new OversizeFate(underlay, remotes, fates, headerLength, clock);
        this.underlay = underlay;
        batch = new SendBatch(capacity);
        maxJoinSlots = Math.min(JOIN_SLOTS, capacity);
        frames = new int[capacity];
        bytes = new int[capacity];
        vnis = new int[capacity];
        this.remotes = remotes;
        counters = fates.counters();
        this.fates = fates;
        this.headerLength = headerLength;
        flowHash = underlay.usesFlowHash() ? new FlowHash() : null;
    }

    NanoClock clock()
    {
        return clock;
    }

    RemoteTable remotes()
    {
        return remotes;
    }

    /**
     * Begin a batch of one segment. The queue is empty.
     *
     * @param from     the port of all frames.
     * @param traffic  counts the frames that are sent.
     * @param listener answers frames that are too long for their remote.
     */
    void begin(final Port from, final int vni, final Traffic traffic, final OversizeListener listener)
    {
        this.vni = vni;
        headerVni = vni;
        this.traffic = traffic;
        oversize.begin(vni, listener);
        final FateFeed feed = fates.feed();
        if (feed != null)
        {
            feed.from(from);
        }
    }

    /**
     * Send the frames that follow in another VNI than that of the batch, which still counts their fates: they were
     * routed.
     *
     * @param other the VNI in their tunnel headers.
     */
    void route(final int other)
    {
        headerVni = other;
    }

    /** Send the frames that follow in the VNI of the batch again. */
    void routeNoMore()
    {
        headerVni = vni;
    }

    /**
     * Queue a frame, or the segments of a super-frame; these are dropped if a single one is longer than a datagram can
     * be.
     *
     * @param frame    stays where it is until the next {@link #flush()}, unless it is a super-frame.
     * @param segments of the super-frame, none cut yet; null for an ordinary frame.
     * @param layer3   the frame's {@code Layer3}.
     * @param outer    fields of the outer headers, packed {@code OuterFields}.
     */
    void add(
        final Frame frame, final @Nullable GsoSplitter segments, final int layer3, final int remote, final int outer)
    {
        final int length = segments == null ? frame.length() : segments.segmentLength();
        if (segments != null && headerLength + length > MAX_JOINED_LENGTH)
        {
            oversize.drop(frame, length, remote, segments.segments());
        }
        else if (oversize.isTooLong(length, remote))
        {
            oversize.refuse(frame, length, remote, segments == null ? 1 : segments.segments());
        }
        else if (segments == null)
        {
            addFrame(frame, remote, hash(frame, layer3), outer);
        }
        else
        {
            addSegments(segments, headerLength + length, remote, hash(frame, layer3), outer);
        }
    }

    private void addFrame(final Frame frame, final int remote, final int hash, final int outer)
    {
        final int vniOfHeader = vni(remote);
        if (headerLength > 0)
        {
            frame.prepend(headerLength);
            vxlan.wrap(frame.buffer(), frame.offset(), headerLength).init(vniOfHeader);
        }
        if (underlay.gainsFromJoining() && frame.length() <= segmentLength &&
            fits(remote, hash, outer, vniOfHeader, frame.length()) && join())
        {
            final Frame joined = batch.frame(batch.size() - 1);
            joined.buffer().putBytes(joined.offset() + joined.length(), frame.buffer(), frame.offset(), frame.length());
            grow(joined, frame.length(), 1);
        }
        else
        {
            if (batch.isFull())
            {
                flush();
            }
            addEntry(frame, remote, hash, outer, vniOfHeader);
            frames[batch.size() - 1] = 1;
            bytes[batch.size() - 1] = frame.length() - headerLength;
            segmentLength = frame.length();
            isJoined = false;
        }
    }

    private void addSegments(
        final GsoSplitter segments, final int length, final int remote, final int hash, final int outer)
    {
        final int vniOfHeader = vni(remote);
        while (segments.hasNext())
        {
            if (length != segmentLength || !fits(remote, hash, outer, vniOfHeader, length) || !join())
            {
                if (batch.isFull())
                {
                    flush();
                }
                addEntry(nextJoinSlot(), remote, hash, outer, vniOfHeader);
                frames[batch.size() - 1] = 0;
                bytes[batch.size() - 1] = 0;
                segmentLength = length;
                isJoined = true;
                batch.join(batch.size() - 1, batch.frame(batch.size() - 1), segmentLength);
            }
            cut(segments, remote);
        }
    }

    /**
     * Send a frame, or the segments of a super-frame, to several remotes, now, behind all frames in the queue. It is
     * delivered if at least one remote got it.
     *
     * @param segments  of the super-frame, none cut yet; null for an ordinary frame.
     * @param layer3    the frame's {@code Layer3}.
     * @param to        numbers of remotes; one at least, if no copies were sent elsewhere.
     * @param outer     fields of the outer headers, packed {@code OuterFields}.
     * @param elsewhere the copies to ports, which share the frame's fate.
     */
    void flood(
        final Frame frame,
        final @Nullable GsoSplitter segments,
        final int layer3,
        final int[] to,
        final int outer,
        final Copies elsewhere)
    {
        kind = Fate.Kind.FLOOD_COPY;
        copy(frame, segments, layer3, to, outer, elsewhere);
    }

    /**
     * Send a copy of a frame, or of the segments of a super-frame, to a remote, now, behind all frames in the queue.
     *
     * @param frame    stays as it is.
     * @param splitter cuts the frame if it is a super-frame.
     * @param layer3   the frame's {@code Layer3}.
     */
    void mirror(
        final Frame frame, final GsoSplitter splitter, final int layer3, final int remote, final int outer)
    {
        final boolean isSuperFrame = frame.gsoType() != Frame.GSO_NONE;
        final DropReason verdict = isSuperFrame ? splitter.open(frame, layer3) : DropReason.NONE;
        if (verdict != DropReason.NONE)
        {
            fates.copy(Fate.Kind.MIRROR_COPY, verdict, vni, 0, 0, frame, 0, 1);
            return;
        }
        kind = Fate.Kind.MIRROR_COPY;
        mirrorTo[0] = remote;
        noCopies.clear();
        copy(frame, isSuperFrame ? splitter : null, layer3, mirrorTo, outer, noCopies);
        frame.strip(isSuperFrame ? 0 : headerLength);
    }

    private void copy(
        final Frame frame,
        final @Nullable GsoSplitter segments,
        final int layer3,
        final int[] to,
        final int outer,
        final Copies elsewhere)
    {
        flush();
        final int hash = hash(frame, layer3);
        if (segments == null)
        {
            final int length = frame.length();
            sendCopies(frame.prepend(headerLength), hash, to, outer, 0, 1, length, elsewhere);
            return;
        }
        final int length = headerLength + segments.segmentLength();
        if (length > MAX_JOINED_LENGTH)
        {
            refuseCopies(frame, segments, to, elsewhere);
            return;
        }
        while (segments.hasNext())
        {
            final int before = segments.segments();
            final Frame joined = cutAlone(segments);
            final int count = before - segments.segments();
            sendCopies(joined, hash, to, outer, length, count, joined.length() - count * headerLength, elsewhere);
        }
    }

    /** As many segments as a send takes, in memory that no entry uses. */
    private Frame cutAlone(final GsoSplitter segments)
    {
        final Frame joined = joinSlot(0);
        return joined.length(segments.cut(
            joined.buffer(), joined.offset(), MAX_JOINED_LENGTH, Frame.MAX_UDP_SEGMENTS, headerLength));
    }

    /** Send all frames in the queue and count their fates. */
    void flush()
    {
        if (batch.size() > 0)
        {
            underlay.send(batch);
            final FateFeed feed = fates.feed();
            for (int i = 0; i < batch.size(); i++)
            {
                if (feed != null)
                {
                    report(feed, i);
                }
                settle(i);
            }
            fates.flush(traffic);
            clear();
        }
    }

    /** Report a delivery, or what is known about frames that {@link #settle} does not count as delivered. */
    private void report(final FateFeed feed, final int entry)
    {
        feed.sent(batch, entry, headerLength, frames[entry], vnis[entry]);
        if (batch.verdict(entry) == DropReason.NONE)
        {
            fates.onDelivered(
                vni, batch.remoteHigh(entry), batch.remoteLow(entry), batch.frame(entry), frames[entry]);
        }
    }

    private void settle(final int entry)
    {
        final DropReason verdict = batch.verdict(entry);
        if (verdict == DropReason.NONE)
        {
            fates.deliver(traffic, batch.remote(entry), frames[entry], bytes[entry]);
        }
        else if (verdict == DropReason.OVERSIZE)
        {
            oversize.onRefused(batch, entry, frames[entry]);
        }
        else
        {
            final Frame frame = batch.frame(entry).strip(headerLength);
            fates.drop(verdict, vni, batch.remoteHigh(entry), batch.remoteLow(entry), frame, frames[entry]);
        }
    }

    private void sendCopies(
        final Frame frame,
        final int hash,
        final int[] to,
        final int outer,
        final int size,
        final int count,
        final int length,
        final Copies elsewhere)
    {
        copies.set(elsewhere);
        int inHeaders = DropLedger.NO_VNI;
        for (int next = 0; next < to.length; clear())
        {
            // All remotes of a batch get the same frame, so they have one VNI.
            final int common = vni(to[next]);
            if (common != inHeaders)
            {
                writeHeaders(frame, 0, size, count, common);
                inHeaders = common;
            }
            for (; next < to.length && !batch.isFull() && vni(to[next]) == common; next++)
            {
                addEntry(frame, to[next], hash, outer, common);
                batch.join(batch.size() - 1, frame, size);
            }
            underlay.send(batch);
            for (int i = 0; i < batch.size(); i++)
            {
                countCopy(i, frame, count, length);
            }
        }
        if (kind == Fate.Kind.FLOOD_COPY)
        {
            if (fates.feed() != null)
            {
                fates.feed().datagrams(frame, headerLength, size, count);
            }
            copies.settle(fates, traffic, vni, 0, 0, frame, count, length);
        }
    }

    /** Count what became of an entry with a copy. */
    private void countCopy(final int entry, final Frame frame, final int count, final int length)
    {
        if (fates.feed() != null)
        {
            fates.feed().sent(batch, entry, headerLength, count, vni(batch.remote(entry)));
        }
        final DropReason verdict = batch.verdict(entry);
        final long high = batch.remoteHigh(entry);
        final long low = batch.remoteLow(entry);
        if (verdict == DropReason.NONE)
        {
            counters.remotes().record(batch.remote(entry), count, length);
            copies.count(fates, kind, verdict, vni, high, low, frame, 0, count);
        }
        else
        {
            // The sender of a copy that is too long gets no answer: other copies may have arrived.
            final int longest = OversizeFate.datagramLength(batch, entry) - headerLength;
            copies.count(fates, kind, verdict, vni, high, low, frame.strip(headerLength), longest, count);
            frame.prepend(headerLength);
        }
    }

    /** A single segment is longer than a datagram can be. */
    private void refuseCopies(
        final Frame frame, final GsoSplitter segments, final int[] to, final Copies elsewhere)
    {
        final int count = segments.segments();
        final int length = segments.segmentLength();
        copies.set(elsewhere);
        for (final int remote : to)
        {
            copies.count(
                fates, kind, DropReason.OVERSIZE, vni, remotes.high(remote), remotes.low(remote), frame, length, count);
        }
        if (kind == Fate.Kind.FLOOD_COPY)
        {
            copies.settle(fates, traffic, vni, 0, 0, frame, count, segments.length());
        }
    }

    /** The VNI with which frames are sent to a remote now. */
    private int vni(final int remote)
    {
        final int vniOfRemote = remotes.vni(remote);
        return vniOfRemote == RemoteTable.SEGMENTS_VNI ? headerVni : vniOfRemote;
    }

    /** Write tunnel headers into datagrams of one size that lie one behind the other. */
    private void writeHeaders(final Frame frame, final int first, final int size, final int count, final int vni)
    {
        for (int i = 0; headerLength > 0 && i < count; i++)
        {
            vxlan.wrap(frame.buffer(), frame.offset() + first + i * size, headerLength).init(vni);
        }
    }

    private int hash(final Frame frame, final int layer3)
    {
        return flowHash == null ? 0 : flowHash.of(frame, layer3);
    }

    private void addEntry(
        final Frame frame, final int remote, final int hash, final int outer, final int vniOfHeader)
    {
        batch.add(frame, remotes.high(remote), remotes.low(remote), remotes.udpPort(remote), remote, hash, outer, 0);
        vnis[batch.size() - 1] = vniOfHeader;
        isOpen = true;
    }

    /** Whether the last entry goes to the same remote, under the same outer header, and has room for one more. */
    private boolean fits(
        final int remote, final int hash, final int outer, final int vniOfHeader, final int length)
    {
        final int last = batch.size() - 1;
        return isOpen && batch.remote(last) == remote && vnis[last] == vniOfHeader &&
            batch.flowHash(last) == hash && batch.outer(last) == outer &&
            frames[last] < Frame.MAX_UDP_SEGMENTS && batch.frame(last).length() + length <= MAX_JOINED_LENGTH;
    }

    /** Make the last entry one that can grow, if it is not yet. False if there is no memory for it. */
    private boolean join()
    {
        if (!isJoined)
        {
            if (joinSlotsUsed == maxJoinSlots)
            {
                return false;
            }
            final int last = batch.size() - 1;
            final Frame alone = batch.frame(last);
            final Frame joined = nextJoinSlot();
            joined.buffer().putBytes(joined.offset(), alone.buffer(), alone.offset(), alone.length());
            joined.length(alone.length());
            batch.join(last, joined, segmentLength);
            isJoined = true;
        }
        return true;
    }

    private Frame nextJoinSlot()
    {
        if (joinSlotsUsed == maxJoinSlots)
        {
            flush();
        }
        return joinSlot(joinSlotsUsed++);
    }

    private Frame joinSlot(final int index)
    {
        if (joinSlots == null)
        {
            joinSlots = new FrameSlab(maxJoinSlots, MAX_JOINED_LENGTH);
        }
        return joinSlots.frame(index).wrap(FrameSlab.HEADROOM, 0);
    }

    /** Cut as many segments into the last entry as it takes. */
    private void cut(final GsoSplitter segments, final int remote)
    {
        final int before = segments.segments();
        final Frame joined = batch.frame(batch.size() - 1);
        final int first = joined.length();
        final int length = segments.cut(
            joined.buffer(),
            joined.offset() + first,
            MAX_JOINED_LENGTH - first,
            Frame.MAX_UDP_SEGMENTS - frames[batch.size() - 1],
            headerLength);
        final int count = before - segments.segments();
        writeHeaders(joined, first, segmentLength, count, vni(remote));
        grow(joined, length, count);
    }

    private void grow(final Frame joined, final int length, final int count)
    {
        final int last = batch.size() - 1;
        joined.length(joined.length() + length);
        frames[last] += count;
        bytes[last] += length - count * headerLength;
        isOpen = length == count * segmentLength;
    }

    private void clear()
    {
        batch.clear();
        joinSlotsUsed = 0;
        isOpen = false;
    }
}
