// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.handover;

import io.overlane.tun.DescriptorMessage;
import io.overlane.tun.libc.LibC;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The devices and sockets that a process left to its successor on this host, with the packets that wait in them, and
 * lines about its tables. Each descriptor is used once, by whoever takes it first, and read from {@link #begin} on. One
 * thread at a time uses this.
 */
public final class TakenDescriptors implements AutoCloseable
{
    /** {@link #take}: there is no such descriptor. */
    public static final int NONE = -1;

    /**
     * Packets that wait in a device that may be left: half a minute of 150 packets a second. It must be set when the
     * device is made: the kernel drops packets while it changes the length.
     */
    private static final int QUEUE_LENGTH = 5_000;

    private final Gate gate = new Gate();
    private final boolean isLeft;
    private final Map<String, Integer> left = new LinkedHashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /** @param isLeft whether this process will leave its devices to another one. */
    public TakenDescriptors(final boolean isLeft)
    {
        this.isLeft = isLeft;
    }

    /**
     * Add what a message brings.
     *
     * @param message with a name for each of its descriptors, one in each line, and notes behind them.
     * @throws IllegalArgumentException if there are more descriptors than lines; all are closed.
     */
    void put(final DescriptorMessage message)
    {
        try (message)
        {
            final List<String> lines = message.text().lines().toList();
            if (lines.size() < message.size())
            {
                throw new IllegalArgumentException(
                    message.size() + " descriptors came with " + lines.size() + " names");
            }
            for (int i = 0; i < message.size(); i++)
            {
                names.add(lines.get(i));
                left.put(lines.get(i), message.take(i));
            }
            lines.stream().skip(message.size()).filter(line -> !line.isBlank()).forEach(notes::add);
        }
    }

    /** @return the names of the devices and sockets that were left. */
    public List<String> names()
    {
        return names;
    }

    /** @return what the other process said about its tables, line by line. */
    public List<String> notes()
    {
        return notes;
    }

    /** @return packets that wait in a new device while no process reads it; 0 for the kernel's usual number. */
    public int queueLength()
    {
        return isLeft ? QUEUE_LENGTH : 0;
    }

    /** @return a descriptor that the caller has to close; {@link #NONE} if none of this name was left. */
    public int take(final String name)
    {
        final Integer descriptor = left.remove(name);
        return descriptor == null ? NONE : descriptor;
    }

    /** @return for what is read from {@link #begin} on. */
    public Gate gate()
    {
        return gate;
    }

    /** Read the devices and sockets from now on: the tables are filled. Those that nobody has taken are closed. */
    void begin()
    {
        gate.open();
        close();
    }

    /** Close the devices and sockets that nobody has taken. */
    @Override
    public void close()
    {
        left.values().forEach(LibC::close);
        left.clear();
    }
}
