// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The segments of one engine by VNI. A reader never locks: a change publishes a new map.
 */
public final class SegmentTable
{
    private volatile Int2ObjectHashMap<Segment> segments = new Int2ObjectHashMap<>();
    /** Beside the map, because threads that walk the map at a time would share its one iterator. */
    private volatile List<Segment> all = List.of();

    /** The segment with a VNI, null if there is none. */
    public @Nullable Segment lookup(final int vni)
    {
        return segments.get(vni);
    }

    /** @throws IllegalArgumentException if its VNI is taken. */
    public synchronized void add(final Segment segment)
    {
        final Int2ObjectHashMap<Segment> after = new Int2ObjectHashMap<>(segments);
        if (after.put(segment.vni(), segment) != null)
        {
            throw new IllegalArgumentException("VNI " + segment.vni() + " given twice");
        }
        set(after);
    }

    /** The segment that was removed, null if there was none. */
    public synchronized @Nullable Segment remove(final int vni)
    {
        final Int2ObjectHashMap<Segment> after = new Int2ObjectHashMap<>(segments);
        final Segment removed = after.remove(vni);
        set(after);
        return removed;
    }

    private void set(final Int2ObjectHashMap<Segment> after)
    {
        segments = after;
        all = List.copyOf(after.values());
    }

    /** All segments, as they are now. */
    public List<Segment> all()
    {
        return all;
    }
}
