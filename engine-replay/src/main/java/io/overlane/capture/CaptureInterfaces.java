// SPDX-License-Identifier: Apache-2.0
package io.overlane.capture;

import io.overlane.port.Port;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The interfaces of a capture, by port and by queue. A lookup reads an immutable table without a lock; the first frame
 * of a port makes a new table.
 */
final class CaptureInterfaces
{
    private static final int INITIAL_SLOTS = 16;

    private volatile Table table = new Table(
        new CaptureInterface[0], new Port[INITIAL_SLOTS], new CaptureInterface[INITIAL_SLOTS], new CaptureInterface[0]);

    /** Ports are found by identity: the slot behind their hash, or one of the next. At most half the slots are used. */
    private record Table(
        CaptureInterface[] all,
        @Nullable Port[] ports,
        @Nullable CaptureInterface[] ofPorts,
        @Nullable CaptureInterface[] underlays)
    {
        @Nullable CaptureInterface find(final Port port)
        {
            final int mask = ports.length - 1;
            int slot = System.identityHashCode(port) & mask;
            while (ports[slot] != null)
            {
                if (ports[slot] == port)
                {
                    return ofPorts[slot];
                }
                slot = slot + 1 & mask;
            }
            return null;
        }

        Table with(final CaptureInterface added, final @Nullable Port port, final int queue)
        {
            final CaptureInterface[] more = Arrays.copyOf(all, all.length + 1);
            more[all.length] = added;
            if (port == null)
            {
                final @Nullable CaptureInterface[] further =
                    Arrays.copyOf(underlays, Math.max(underlays.length, queue + 1));
                further[queue] = added;
                return new Table(more, ports, ofPorts, further);
            }
            final int slots = 2 * more.length > ports.length ? 2 * ports.length : ports.length;
            final Table grown = new Table(more, new Port[slots], new CaptureInterface[slots], underlays);
            for (int i = 0; i < ports.length; i++)
            {
                final Port old = ports[i];
                if (old != null)
                {
                    grown.put(old, ofPorts[i]);
                }
            }
            grown.put(port, added);
            return grown;
        }

        private void put(final Port port, final @Nullable CaptureInterface value)
        {
            final int mask = ports.length - 1;
            int slot = System.identityHashCode(port) & mask;
            while (ports[slot] != null)
            {
                slot = slot + 1 & mask;
            }
            ports[slot] = port;
            ofPorts[slot] = value;
        }
    }

    CaptureInterface port(final Port port)
    {
        final CaptureInterface found = table.find(port);
        return found == null ? add(port, 0) : found;
    }

    CaptureInterface underlay(final int queue)
    {
        final @Nullable CaptureInterface[] underlays = table.underlays;
        final CaptureInterface found = queue < underlays.length ? underlays[queue] : null;
        return found == null ? add(null, queue) : found;
    }

    CaptureInterface get(final int id)
    {
        return table.all[id];
    }

    List<CaptureInterface> all()
    {
        return List.of(table.all);
    }

    /** Records that found no room so far, of all interfaces. Any thread. */
    long lost()
    {
        long sum = 0;
        for (final CaptureInterface each : table.all)
        {
            sum += each.lost();
        }
        return sum;
    }

    private synchronized CaptureInterface add(final @Nullable Port port, final int queue)
    {
        final Table now = table;
        final CaptureInterface found =
            port != null ? now.find(port) : queue < now.underlays.length ? now.underlays[queue] : null;
        if (found != null)
        {
            return found;
        }
        final CaptureInterface added = new CaptureInterface(now.all.length, port, queue);
        table = now.with(added, port, queue);
        return added;
    }
}
