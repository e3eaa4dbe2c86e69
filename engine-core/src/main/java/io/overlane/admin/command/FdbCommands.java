package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.admin.Table;
import io.overlane.fdb.FdbEntry;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * {@code fdb}: where stations live, as {@code bridge fdb} shows and sets it. As there, the entries of
 * 00:00:00:00:00:00 are the flood list.
 */
final class FdbCommands
{
    private static final int CHANGES_AT_A_TIME = 256;
    private static final MacAddress ALL = new MacAddress(0);

    private final EngineAccess engine;

    /** An entry that was seen. */
    private record Entry(int vni, long mac)
    {
    }

    /** What a change is about. */
    private record Target(int vni, MacAddress mac, Vtep remote)
    {
        boolean isFlood()
        {
            return mac.equals(ALL);
        }

        @Override
        public String toString()
        {
            return (isFlood() ? "flood entry " + remote : "entry " + mac) + " of VNI " + vni;
        }
    }

    FdbCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        final String entry = "MAC dst IP [port N] [vni N]";
        commands
            .add("fdb show", "[MAC] [vni N] [dst IP]", "where stations live, and who gets flooded frames", this::show)
            .add("fdb add", entry, "say where a station lives that has no configured entry", this::add)
            .add("fdb append", entry, "one more destination; for 00:00:00:00:00:00, the flood list", this::append)
            .add("fdb replace", entry, "say where a station lives, whatever was said before", this::replace)
            .add("fdb del", "MAC [dst IP] [port N] [vni N]", "forget where a station lives", this::del)
            .add("fdb flush", "[vni N] [static|all]", "forget what was learned, what was configured, or both",
                this::flush);
    }

    private Answer show(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "vni", "dst");
        final MacAddress mac = words.optional(0, MacAddress::parse);
        final IpAddress address = words.optional("dst", IpAddress::parse);
        final Integer vni = engine.filter(words);
        final Table table = new Table("mac", "dst", "port", "vni", "dev", "kind");
        for (final Segment segment : engine.segments())
        {
            if (vni == null || segment.vni() == vni)
            {
                showFlood(table, segment, mac, address);
            }
        }
        for (final Entry entry : entries(vni, mac))
        {
            show(table, entry, address);
        }
        return table.answer();
    }

    private void showFlood(final Table table, final Segment segment, final MacAddress mac, final IpAddress address)
    {
        if (mac == null || mac.equals(ALL))
        {
            for (final int number : segment.floodList().remotes())
            {
                final Vtep remote = engine.forwarding().remotes().vtep(number);
                if (address == null || address.equals(remote.address()))
                {
                    table.row(ALL, remote.address(), remote.udpPort(), segment.vni(), null, "flood");
                }
            }
        }
    }

    private void show(final Table table, final Entry entry, final IpAddress address)
    {
        final long word = engine.forwarding().fdb().lookup(entry.vni, entry.mac);
        if (word == FdbEntry.MISSING)
        {
            return;
        }
        final Vtep remote = engine.forwarding().remotes().vtep(FdbEntry.remote(word));
        // The number may have become another remote's meanwhile; then the entry is another, too.
        final boolean isSame = word == engine.forwarding().fdb().lookup(entry.vni, entry.mac);
        final boolean isLocal = LocalPorts.isPort(remote.address());
        if (isSame && (address == null || address.equals(remote.address())))
        {
            table.row(
                MacAddress.toString(entry.mac),
                isLocal ? null : remote.address(),
                isLocal ? null : remote.udpPort(),
                entry.vni,
                isLocal ? device(entry.vni, FdbEntry.remote(word)) : null,
                kind(word));
        }
    }

    private Answer add(final List<String> request) throws AdminException
    {
        final Target target = target(request);
        return change(target, engine.ask(() -> !target.isFlood() && isConfigured(target) ?
            "exists already" :
            put(target, "exists already")));
    }

    private Answer append(final List<String> request) throws AdminException
    {
        final Target target = target(request);
        return change(target, engine.ask(() -> !target.isFlood() && isConfigured(target) ?
            "exists already, and a station has one destination" :
            put(target, "exists already")));
    }

    private Answer replace(final List<String> request) throws AdminException
    {
        final Target target = target(request);
        if (target.isFlood())
        {
            throw AdminException.usage("the flood list has several destinations: append and del change it");
        }
        return change(target, engine.ask(() -> put(target, "")));
    }

    private Answer del(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "dst", "port", "vni");
        final MacAddress mac = words.required(0, "MAC address", FdbCommands::parseMac);
        if (mac.equals(ALL) || words.has("dst"))
        {
            final Target target = target(request);
            return change(target, engine.ask(() -> removeFrom(target)));
        }
        final Target target = new Target(engine.segment(words), mac, null);
        return change(target, engine.ask(() -> engine.forwarding().removeFdb(target.vni, mac) ? "" : "does not exist"));
    }

    private Answer flush(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "vni");
        final String kinds = words.optional(0, text -> text);
        if (kinds != null && !Set.of("static", "all").contains(kinds))
        {
            throw AdminException.usage("unexpected '" + kinds + "'");
        }
        final List<Entry> entries = entries(engine.filter(words), null);
        int removed = 0;
        for (int i = 0; i < entries.size(); i += CHANGES_AT_A_TIME)
        {
            final List<Entry> some = entries.subList(i, Math.min(entries.size(), i + CHANGES_AT_A_TIME));
            removed += engine.ask(() -> remove(some, kinds));
        }
        return Answer.line(removed + " removed");
    }

    /** On the thread that writes. */
    private int remove(final List<Entry> entries, final String kinds)
    {
        int removed = 0;
        for (final Entry entry : entries)
        {
            final long word = engine.forwarding().fdb().lookup(entry.vni, entry.mac);
            final boolean isMeant = "all".equals(kinds) || FdbEntry.isConfigured(word) == "static".equals(kinds);
            if (word != FdbEntry.MISSING && isMeant)
            {
                removed += engine.forwarding().removeFdb(entry.vni, new MacAddress(entry.mac)) ? 1 : 0;
            }
        }
        return removed;
    }

    /** On the thread that writes; empty if it was done. */
    private String put(final Target target, final String whyNotFlood)
    {
        if (!target.isFlood())
        {
            return engine.forwarding().putFdb(target.vni, target.mac, target.remote) ? "" : "finds no room";
        }
        final boolean isThere = floodHas(target);
        return !isThere && engine.forwarding().addFlood(target.vni, target.remote) ? "" :
            isThere ? whyNotFlood : "finds no room";
    }

    /** On the thread that writes; empty if it was done. */
    private String removeFrom(final Target target)
    {
        if (target.isFlood())
        {
            return engine.forwarding().removeFlood(target.vni, target.remote) ? "" : "does not exist";
        }
        final long word = engine.forwarding().fdb().lookup(target.vni, target.mac.value());
        if (word == FdbEntry.MISSING)
        {
            return "does not exist";
        }
        final Vtep remote = engine.forwarding().remotes().vtep(FdbEntry.remote(word));
        if (!remote.equals(target.remote))
        {
            return "is behind " + (LocalPorts.isPort(remote.address()) ?
                device(target.vni, FdbEntry.remote(word)) : remote);
        }
        engine.forwarding().removeFdb(target.vni, target.mac);
        return "";
    }

    private boolean floodHas(final Target target)
    {
        for (final int number : engine.forwarding().segments().lookup(target.vni).floodList().remotes())
        {
            if (engine.forwarding().remotes().vtep(number).equals(target.remote))
            {
                return true;
            }
        }
        return false;
    }

    private boolean isConfigured(final Target target)
    {
        return FdbEntry.isConfigured(engine.forwarding().fdb().lookup(target.vni, target.mac.value()));
    }

    private Target target(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "dst", "port", "vni");
        final MacAddress mac = words.required(0, "MAC address", FdbCommands::parseMac);
        final IpAddress address = words.required("dst", IpAddress::parse);
        final Integer udpPort = words.optional("port", EngineAccess.UDP_PORT);
        if (address.isAny() || address.isMulticast())
        {
            throw AdminException.usage("dst " + address + " is not one host's address");
        }
        return new Target(
            engine.segment(words),
            mac,
            new Vtep(address, udpPort == null ? engine.engine().local().udpPort() : udpPort));
    }

    /** Name of a port by its number; null if it has gone. */
    private String device(final int vni, final int number)
    {
        final Segment segment = engine.forwarding().segments().lookup(vni);
        final LocalPort port = segment == null ? null : segment.ports().find(number);
        return port == null ? null : port.port().name();
    }

    private static Answer change(final Target target, final String refusal) throws AdminException
    {
        if (!refusal.isEmpty())
        {
            throw AdminException.refused(target + " " + refusal);
        }
        return Answer.DONE;
    }

    private static MacAddress parseMac(final String text)
    {
        final MacAddress mac = MacAddress.parse(text);
        if (MacAddress.isGroup(mac.value()))
        {
            throw new IllegalArgumentException("not a station's MAC address: " + mac);
        }
        return mac;
    }

    private static String kind(final long word)
    {
        switch (FdbEntry.kind(word))
        {
            case FdbEntry.STATIC:
                return "static";

            case FdbEntry.EXTERNAL:
                return "external";

            default:
                return "learned";
        }
    }

    /** Of a segment and a station, or of all; each is to be looked up again, because the table changes meanwhile. */
    private List<Entry> entries(final Integer vni, final MacAddress mac)
    {
        final Set<Entry> entries = new HashSet<>();
        engine.forwarding().fdb().forEach((of, station, word, lastSeenMs) ->
        {
            if ((vni == null || vni == of) && (mac == null || mac.value() == station))
            {
                entries.add(new Entry(of, station));
            }
        });
        final List<Entry> sorted = new ArrayList<>(entries);
        sorted.sort(Comparator.comparingInt(Entry::vni).thenComparingLong(Entry::mac));
        return sorted;
    }
}
