// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.control.FdbChange;
import io.overlane.fastpath.FastPath;
import io.overlane.fastpath.FastPathException;
import io.overlane.fastpath.FastPathState;
import io.overlane.fastpath.FastPathStatus;
import io.overlane.fastpath.FastSegment;
import io.overlane.fastpath.FastStation;
import io.overlane.fdb.FdbEntry;
import io.overlane.fdb.FdbListener;
import io.overlane.forwarding.Forwarding;
import io.overlane.policy.SegmentPolicy;
import io.overlane.policy.SourcePolicy;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.status.EngineSnapshot.FastPathRow;
import io.overlane.wire.EthernetHeader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a {@link FastPath} in step with the tables. A segment is carried there while the engine would do no more with a
 * frame than to deliver it: it has one port, no gateway, no stage and no listener of fates that watches, and rules that
 * the fast path can follow. A station is there while it has an entry in the FDB that leads to one remote.
 *
 * <p>Only the thread that writes the tables uses this, but for {@link #finish()}, {@link #abandon()} and
 * {@link #row()}.
 */
final class FastPathMirror implements FdbListener
{
    /** Counters are at most this old. */
    private static final long READ_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final EngineContext context;
    private final Forwarding forwarding;
    private final FastPathCounts counts;
    private final FastStation station = new FastStation();
    /** The segments whose stations are there. */
    private final Int2ObjectHashMap<Segment> mirrored = new Int2ObjectHashMap<>();
    /** Those of them that are carried. */
    private final IntHashSet carried = new IntHashSet();
    /** Why the fast path cannot carry the other segments. */
    private final Int2ObjectHashMap<String> refused = new Int2ObjectHashMap<>();
    /** Why it stands still, a reason for each {@link #hold}. */
    private final List<String> holds = new ArrayList<>();
    /** Held while the fast path is in use; only {@link #abandon()} competes for it. */
    private final ReentrantLock lock = new ReentrantLock();
    /** Null if there is none, or none any more. */
    private volatile @Nullable FastPath path;
    private String whyOff = "the engine was launched without a fast path";
    private long nextReadNs;
    // For row().
    private volatile FastPathState state = FastPathState.OFF;
    private volatile int stationCount;
    private volatile int segmentCount;

    FastPathMirror(final EngineContext context, final EngineCounters counters, final Forwarding forwarding)
    {
        this.context = context;
        this.forwarding = forwarding;
        counts = new FastPathCounts(counters, forwarding.remotes(), mirrored::get, this::onStop);
        nextReadNs = context.clock().nanoTime();
    }

    /**
     * Begin with the segments of launch, before threads start.
     *
     * @throws FastPathException if it must be there and cannot be opened.
     */
    void open(final CommandQueue portCommands)
    {
        final FastPath wanted = context.fastPath();
        if (wanted != null)
        {
            counts.portCommands(portCommands);
            try
            {
                wanted.open(
                    context.underlay().fastUnderlay(),
                    context.fdb().maxEntries(),
                    context.maxRemotes(),
                    context.maxSegments());
            }
            catch (final IllegalArgumentException ex)
            {
                final FastPathException failure = new FastPathException(ex);
                if (context.needsFastPath())
                {
                    throw failure;
                }
                whyOff = String.valueOf(failure.getMessage());
                return;
            }
            path = wanted;
            forwarding.mirror(this);
            forwarding.gateways().onLink(this::update);
            forwarding.segments().all().forEach(segment -> update(segment.vni()));
            measure(wanted);
        }
    }

    @Override
    public void onFdbChange(
        final FdbChange change, final int vni, final long mac, final long word, final long other)
    {
        final Segment segment = mirrored.get(vni);
        if (segment != null && change != FdbChange.PINNED)
        {
            final boolean isThere =
                change == FdbChange.LEARNED || change == FdbChange.CONFIGURED || change == FdbChange.MOVED;
            use(current ->
            {
                if (!isThere || !put(current, segment, mac, word))
                {
                    current.remove(vni, mac);
                }
            });
        }
    }

    @Override
    public long idleMs(final int vni, final long mac)
    {
        if (!mirrored.containsKey(vni))
        {
            return Long.MAX_VALUE;
        }
        // Not by use(), which would allocate for each station.
        lock.lock();
        try
        {
            final FastPath current = path;
            return current == null ? Long.MAX_VALUE : idleMs(current, vni, mac);
        }
        finally
        {
            lock.unlock();
        }
    }

    private long idleMs(final FastPath current, final int vni, final long mac)
    {
        try
        {
            return current.idleMs(vni, mac);
        }
        catch (final RuntimeException ex)
        {
            fail(current, ex);
            return Long.MAX_VALUE;
        }
    }

    /** A segment is new, has other rules or ports, or is gone. */
    void update(final int vni)
    {
        use(current ->
        {
            withdraw(current, vni);
            refused.remove(vni);
            final Segment segment = forwarding.segments().lookup(vni);
            if (segment != null)
            {
                final String whyNot = FastPathRules.whyNot(context, forwarding, segment);
                if (whyNot == null)
                {
                    mirror(current, segment);
                }
                else
                {
                    refused.put(vni, whyNot);
                }
            }
            if (!mirrored.containsKey(vni))
            {
                current.leave(vni);
            }
        });
    }

    private void withdraw(final FastPath current, final int vni)
    {
        if (mirrored.containsKey(vni))
        {
            if (carried.remove(vni))
            {
                current.end(vni);
            }
            current.read(counts);
            counts.publish();
            mirrored.remove(vni);
            forwarding.fdb().forEach((entryVni, mac, word, seen) ->
            {
                if (entryVni == vni)
                {
                    confirm(current, vni, mac);
                    current.remove(vni, mac);
                }
            });
        }
    }

    /** The fast path forgets a station, so the entry must have the time of the last frame that it took from there. */
    private void confirm(final FastPath current, final int vni, final long mac)
    {
        final long idleMs = current.idleMs(vni, mac);
        if (idleMs != Long.MAX_VALUE)
        {
            forwarding.fdb().seen(vni, mac, TimeUnit.NANOSECONDS.toMillis(context.clock().nanoTime()) - idleMs);
        }
    }

    private void mirror(final FastPath current, final Segment segment)
    {
        final int vni = segment.vni();
        if (begin(current, segment))
        {
            mirrored.put(vni, segment);
            if (!holds.isEmpty())
            {
                // There is no station yet, so no frame was carried.
                carried.remove(vni);
                current.end(vni);
            }
            forwarding.fdb().forEach((entryVni, mac, word, seen) ->
            {
                if (entryVni == vni)
                {
                    put(current, segment, mac, word);
                }
            });
        }
    }

    private boolean begin(final FastPath current, final Segment segment)
    {
        final String whyNot = current.begin(new FastSegment(
            segment.vni(),
            segment.ports().first().fastPort(),
            segment.rules().outer(),
            segment.portMtu() + EthernetHeader.LENGTH));
        if (whyNot == null)
        {
            carried.add(segment.vni());
            refused.remove(segment.vni());
        }
        else
        {
            refused.put(segment.vni(), whyNot);
        }
        return whyNot == null;
    }

    private void onStop(final int vni, final String whyNot)
    {
        carried.remove(vni);
        refused.put(vni, whyNot);
    }

    private void endAll(final FastPath current)
    {
        final int[] vnis = carried.stream().mapToInt(Integer::intValue).toArray();
        if (vnis.length > 0)
        {
            carried.clear();
            current.end(vnis);
        }
    }

    /** Put a station; false if only the engine may carry its frames. */
    private boolean put(final FastPath current, final Segment segment, final long mac, final long word)
    {
        final int remote = FdbEntry.remote(word);
        if (FdbEntry.target(word) != FdbEntry.REMOTE || forwarding.ports().isPort(remote))
        {
            return false;
        }
        final RemoteTable remotes = forwarding.remotes();
        final long high = remotes.high(remote);
        final long low = remotes.low(remote);
        final int ownVni = remotes.vni(remote);
        final SegmentPolicy rules = segment.rules();
        // Otherwise its own entry must name the remote: a change of another entry would change the answer, too.
        final boolean isAccepted = rules.sourcePolicy() == SourcePolicy.ANY || FdbEntry.isConfigured(word) &&
            rules.sourcePolicy() != SourcePolicy.LISTED ||
            rules.sourcePolicy() == SourcePolicy.LISTED && rules.lists(high, low);
        current.put(station
            .set(
                segment.vni(),
                mac,
                remote,
                high,
                low,
                remotes.udpPort(remote),
                ownVni == RemoteTable.SEGMENTS_VNI ? segment.vni() : ownVni)
            .ways(true, isAccepted && !segment.isOwnMac(mac)));
        return true;
    }

    /** Carry nothing until {@link #release} was called as often. The stations stay in step meanwhile. */
    void hold(final String reason)
    {
        holds.add(reason);
        if (holds.size() == 1)
        {
            use(this::endAll);
        }
        use(this::measure);
    }

    /** Undo one {@link #hold} for this reason. */
    void release(final String reason)
    {
        holds.remove(reason);
        if (holds.isEmpty())
        {
            use(current -> mirrored.values().forEach(segment -> begin(current, segment)));
        }
        use(this::measure);
    }

    /** Count what the fast path carried, if it is time. */
    void check()
    {
        if (path != null)
        {
            final long nowNs = context.clock().nanoTime();
            if (nowNs - nextReadNs >= 0)
            {
                nextReadNs = nowNs + READ_NS;
                use(current ->
                {
                    current.read(counts);
                    measure(current);
                });
                counts.publish();
            }
        }
    }

    private void measure(final FastPath current)
    {
        state = holds.isEmpty() ? FastPathState.ON : FastPathState.HELD;
        stationCount = current.stations();
        segmentCount = carried.size();
    }

    /** Its numbers, which are a quarter of a second old at most. Any thread. */
    FastPathRow row()
    {
        final boolean isOff = state == FastPathState.OFF;
        return new FastPathRow(
            state, segmentCount, stationCount, isOff ? 0 : context.fdb().maxEntries(), counts.encap(), counts.decap());
    }

    /** All about it. */
    FastPathStatus status()
    {
        final List<FastPathStatus> answer = new ArrayList<>();
        use(current ->
        {
            current.read(counts);
            counts.publish();
            measure(current);
            answer.add(new FastPathStatus(
                state,
                whyHeld(),
                stationCount,
                context.fdb().maxEntries(),
                forwarding.segments().all().stream()
                    .map(segment -> new FastPathStatus.SegmentState(segment.vni(), whyNot(segment.vni())))
                    .sorted(Comparator.comparingInt(FastPathStatus.SegmentState::vni))
                    .toList(),
                current.report()));
        });
        return answer.isEmpty() ? new FastPathStatus(FastPathState.OFF, whyOff, 0, 0, List.of(), null) : answer.get(0);
    }

    private String whyHeld()
    {
        final Set<String> reasons = new TreeSet<>(holds);
        return reasons.isEmpty() ? "" : "it stands still for " + String.join(" and ", reasons);
    }

    private @Nullable String whyNot(final int vni)
    {
        final String whyNot = refused.get(vni);
        return whyNot != null ? whyNot : carried.contains(vni) ? null : whyHeld();
    }

    private void use(final Consumer<FastPath> action)
    {
        lock.lock();
        try
        {
            final FastPath current = path;
            if (current != null)
            {
                try
                {
                    action.accept(current);
                }
                catch (final RuntimeException ex)
                {
                    fail(current, ex);
                }
            }
        }
        finally
        {
            lock.unlock();
        }
    }

    private void fail(final FastPath failed, final RuntimeException ex)
    {
        whyOff = "it failed: " + ex.getMessage();
        try
        {
            forwarding.fdb().forEach((vni, mac, word, seen) -> confirm(failed, vni, mac));
        }
        catch (final RuntimeException unanswered)
        {
            // What only the fast path knew about these stations is lost.
        }
        off(failed);
        context.errorHandler().onError(new IllegalStateException(
            "the fast path failed and is off, the engine carries all frames: " + ex.getMessage(), ex));
    }

    private void off(final FastPath last)
    {
        if (path != null)
        {
            path = null;
            state = FastPathState.OFF;
            stationCount = 0;
            segmentCount = 0;
            context.errorHandler().run(last::close);
        }
    }

    /** Count the last frames and close the fast path. The last call on the thread that writes the tables. */
    void close()
    {
        use(current ->
        {
            endAll(current);
            current.read(counts);
            off(current);
        });
    }

    /** Count the last frames from ports, when all threads of the engine have ended. */
    void finish()
    {
        counts.finish();
    }

    /** Close the fast path without the thread that writes the tables, because foreign code blocks that. */
    void abandon()
    {
        final FastPath current = path;
        if (current != null)
        {
            final boolean isFree = lock.tryLock();
            if (isFree)
            {
                try
                {
                    off(current);
                }
                finally
                {
                    lock.unlock();
                }
            }
            context.errorHandler().onError(new IllegalStateException(
                "the engine closes, but foreign code blocks its thread that writes the tables: " + (isFree ?
                "the fast path is closed, and the frames that it carried last are not counted" :
                "the fast path stays open until that thread ends, because it is in there")));
        }
    }
}
