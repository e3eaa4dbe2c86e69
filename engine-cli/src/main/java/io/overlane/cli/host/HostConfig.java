// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.host;

import io.overlane.tun.host.IpBatch;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * Keeps addresses, permanent neighbours and routes of devices on the host, and takes them back on {@link #close()}.
 *
 * <p>An entry that was on the host before stays there at the end. A permanent neighbour or a route that was replaced is
 * restored. One thread at a time uses it.
 */
public final class HostConfig implements AutoCloseable
{
    private final IpCommand ip;
    private final ErrorHandler errorHandler;
    /** What was set, by its place, oldest first. */
    private final Map<Object, Kept> kept = new LinkedHashMap<>();

    /** An entry, whether this object set it, and the command that restores what it replaced. */
    private record Kept(HostEntry entry, boolean isOurs, @Nullable String restore)
    {
        private static final String OURS = "ours ";
        private static final String FOUND = "found ";
        private static final String INSTEAD_OF = " instead of ";

        static Kept parse(final String note)
        {
            final boolean isOurs = note.startsWith(OURS);
            final String[] commands = note.substring((isOurs ? OURS : FOUND).length()).split(INSTEAD_OF, 2);
            return new Kept(HostEntry.parse(commands[0]), isOurs, commands.length == 1 ? null : commands[1]);
        }

        @Override
        public String toString()
        {
            return (isOurs ? OURS : FOUND) + entry.setCommand() + (restore == null ? "" : INSTEAD_OF + restore);
        }
    }

    /**
     * @param ip           how to run {@code ip}.
     * @param errorHandler gets what could not be taken back.
     */
    public HostConfig(final IpCommand ip, final ErrorHandler errorHandler)
    {
        this.ip = ip;
        this.errorHandler = errorHandler;
    }

    /**
     * Compare the wanted entries with the host as it is now, set those that are missing or different, and take back
     * those that an earlier call set and that are not wanted any more. Entries of others stay. Neighbours and routes of
     * a device that is down, and entries of a device that does not exist, are left out; call again when that changes.
     * Runs two {@code ip} processes for each family at most, however many entries there are.
     *
     * @param wanted   all entries; at most one for each address, neighbour and subnet.
     * @param refusals gets one line for each entry that the host refuses. The others are set.
     * @return commands that set something, without {@code ip}; empty if the host was as wanted.
     * @throws IOException if {@code ip} cannot be run, or does not show the host.
     */
    public List<String> set(final Collection<HostEntry> wanted, final Consumer<String> refusals) throws IOException
    {
        final List<String> done = new ArrayList<>();
        for (final boolean isV4 : new boolean[] {true, false})
        {
            final List<HostEntry> entries = wanted.stream().filter(entry -> entry.isV4() == isV4).toList();
            final List<Kept> unwanted = unwanted(entries, isV4);
            if (!entries.isEmpty() || !unwanted.isEmpty())
            {
                final HostPicture host = HostPicture.read(ip, isV4);
                takeBack(unwanted, host, isV4);
                set(entries, host, isV4, done, refusals);
            }
        }
        return done;
    }

    /** @return what this object keeps, for {@link #take} in another process: one line for each entry, oldest first. */
    public List<String> notes()
    {
        return kept.values().stream().map(Kept::toString).toList();
    }

    /**
     * Keep an entry from now on, in place of another object, which must not be closed.
     *
     * @param note of that object.
     * @throws IllegalArgumentException if it is not such a note.
     */
    public void take(final String note)
    {
        final Kept entry = Kept.parse(note);
        kept.put(entry.entry().place(), entry);
    }

    /** Take back every entry, newest first, except those that others changed or removed since. */
    @Override
    public void close()
    {
        try
        {
            set(List.of(), refusal -> errorHandler.onError(new IOException(refusal)));
        }
        catch (final IOException ex)
        {
            errorHandler.onError(ex);
        }
    }

    private List<Kept> unwanted(final List<HostEntry> entries, final boolean isV4)
    {
        final Set<Object> places = new LinkedHashSet<>();
        entries.forEach(entry -> places.add(entry.place()));
        final List<Kept> unwanted = new ArrayList<>();
        kept.forEach((place, last) ->
        {
            if (last.entry().isV4() == isV4 && !places.contains(place))
            {
                unwanted.add(0, last);
            }
        });
        return unwanted;
    }

    private void takeBack(final List<Kept> unwanted, final HostPicture host, final boolean isV4) throws IOException
    {
        final List<String> commands = new ArrayList<>();
        for (final Kept last : unwanted)
        {
            final HostEntry entry = last.entry();
            kept.remove(entry.place());
            if (entry.isOn(host))
            {
                if (last.isOurs())
                {
                    commands.add(last.restore() == null ? entry.removeCommand() : last.restore());
                }
            }
            else if (last.restore() != null && entry.restoreCommand(host) == null &&
                (host.hasDevice(entry.device()) || !(last.restore() + " ").contains(" dev " + entry.device() + " ")))
            {
                // The entry was removed with its device, and its place is free: what was there before returns.
                commands.add(last.restore());
            }
        }
        run(commands, isV4).failures().forEach(failure -> errorHandler.onError(new IOException(failure)));
    }

    private void set(
        final List<HostEntry> entries,
        final HostPicture host,
        final boolean isV4,
        final List<String> done,
        final Consumer<String> refusals) throws IOException
    {
        final List<HostEntry> missing = new ArrayList<>();
        for (final HostEntry entry : entries)
        {
            if (entry.isOn(host))
            {
                kept.compute(entry.place(), (place, last) ->
                    new Kept(entry, last != null && last.isOurs(), last == null ? null : last.restore()));
            }
            else if (host.hasDevice(entry.device()) && (host.isUp(entry.device()) || !entry.needsDeviceUp()))
            {
                missing.add(entry);
            }
        }
        final IpBatch batch = run(missing.stream().map(HostEntry::setCommand).toList(), isV4);
        for (final HostEntry entry : missing)
        {
            if (!batch.hasFailed(entry.setCommand()))
            {
                done.add(entry.setCommand());
                kept.compute(entry.place(), (place, last) ->
                    new Kept(entry, true, last != null && last.isOurs() ? last.restore() : entry.restoreCommand(host)));
            }
        }
        batch.failures().forEach(refusals);
    }

    private IpBatch run(final List<String> commands, final boolean isV4) throws IOException
    {
        return ip.batch(isV4 ? "-4" : "-6", commands);
    }
}
