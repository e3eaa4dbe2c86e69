package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.agent.Forwarding;
import io.overlane.control.FdbControl;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbResult;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.reconcile.EntryKey;
import io.overlane.remote.RemoteTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * {@code fdb}: where stations live, as {@code bridge fdb} sets it, by the rules of {@link FdbControl}. What is set here
 * is the operator's: see {@link Forwarding#MANUAL}.
 */
final class FdbCommands
{
    private static final String ROUTER = "router";

    private final EngineAccess engine;

    /** What became of a change, and whose the entry was besides the operator's. */
    private record Outcome(FdbResult result, String why, List<String> owners)
    {
    }

    FdbCommands(final EngineAccess engine)
    {
        this.engine = engine;
    }

    void addTo(final AdminCommands commands)
    {
        final String entry = "MAC dst IP [port N] [vni N] [remote-vni N] [static|dynamic|extern] [router]";
        commands
            .add("fdb add", entry, "say where a MAC is that has no configured entry", this::add)
            .add("fdb append", entry, "one more remote for a group or, as 00:00:00:00:00:00, for the flood list",
                this::append)
            .add("fdb replace", entry, "say where a station lives, whatever was said before", this::replace)
            .add("fdb del", "MAC [dst IP] [port N] [vni N] [remote-vni N]",
                "forget where a MAC is, or one of its remotes", this::del);
        new FdbListing(engine).addTo(commands);
    }

    private Answer add(final List<String> words) throws AdminException
    {
        return change(request(words), FdbControl::add);
    }

    private Answer append(final List<String> words) throws AdminException
    {
        return change(request(words), (control, request) -> isSettledElsewhere(request) ?
            FdbResult.EXISTS : control.append(request));
    }

    private Answer replace(final List<String> words) throws AdminException
    {
        return change(request(words), FdbControl::replace);
    }

    private Answer del(final List<String> request) throws AdminException
    {
        final Words words = new Words(request, 1, "dst", "port", "vni", "remote-vni");
        final MacAddress mac = words.required(0, "MAC address", MacAddress::parse);
        final boolean hasRemote = words.has("dst");
        if (!hasRemote && mac.equals(FdbRequest.EVERYTHING_ELSE))
        {
            throw AdminException.usage("no dst; 'fdb flush " + mac + "' empties the flood list");
        }
        if (!hasRemote && (words.has("port") || words.has("remote-vni")))
        {
            throw AdminException.usage("no dst");
        }
        final int vni = engine.segment(words);
        return change(
            hasRemote ? request(words, vni, FdbEntry.STATIC) : new FdbRequest(vni, mac, null), FdbControl::delete);
    }

    private FdbRequest request(final List<String> request) throws AdminException
    {
        final Set<String> flags = new HashSet<>(FdbKinds.words());
        flags.add(ROUTER);
        final Words words = new Words(request, flags, 1, "dst", "port", "vni", "remote-vni");
        final int kind = FdbKinds.kind(words.given());
        words.required(0, "MAC address", MacAddress::parse);
        words.required("dst", Words::address);
        final FdbRequest asked = request(words, engine.segment(words), kind);
        if (asked.mac().equals(FdbRequest.EVERYTHING_ELSE) && !words.given().isEmpty())
        {
            throw AdminException.usage("the flood list has no kinds");
        }
        return words.given().contains(ROUTER) ? asked.router() : asked;
    }

    private FdbRequest request(final Words words, final int vni, final int kind) throws AdminException
    {
        final IpAddress address =
            words.required("dst", Words::address).inZoneOf(engine.engine().local().address());
        if (address.isAny() || address.isMulticast())
        {
            throw AdminException.usage("dst " + address + " is not one host's address");
        }
        final Integer udpPort = words.optional("port", EngineAccess.UDP_PORT);
        final Integer remoteVni = words.optional("remote-vni", EngineAccess.VNI);
        return new FdbRequest(
            vni,
            words.required(0, "MAC address", MacAddress::parse),
            new Vtep(address, udpPort == null ? engine.engine().local().udpPort() : udpPort),
            remoteVni == null || remoteVni == vni ? RemoteTable.SEGMENTS_VNI : remoteVni,
            kind,
            Fdb.NO_OWNER,
            false);
    }

    private Answer change(final FdbRequest request, final BiFunction<FdbControl, FdbRequest, FdbResult> operation)
        throws AdminException
    {
        final Outcome outcome = EngineAccess.await(engine.engine().proxy().fdb(control ->
        {
            final List<String> owners = owners(request);
            final FdbResult result = operation.apply(control, request);
            return new Outcome(result, result.words() + (result == FdbResult.EXISTS ? where(request) : ""), owners);
        }));
        if (outcome.result != FdbResult.DONE)
        {
            throw AdminException.refused(describe(request) + ": " + outcome.why);
        }
        return outcome.owners.isEmpty() ? Answer.DONE :
            Answer.line(describe(request) + " was owned by " + String.join(", ", outcome.owners));
    }

    /** On the thread that writes: a station's entry says another remote already, and a station has one. */
    private boolean isSettledElsewhere(final FdbRequest request)
    {
        final long entry = entry(request);
        final int kind = FdbEntry.kind(entry);
        if (MacAddress.isGroup(request.mac().value()) || kind == FdbEntry.NONE || kind == FdbEntry.LEARNED)
        {
            return false;
        }
        final int remote = FdbEntry.number(entry);
        return !engine.forwarding().remotes().vtep(remote).equals(request.remote()) ||
            engine.forwarding().remotes().vni(remote) != request.remoteVni();
    }

    /** On the thread that writes: where a station is that should be elsewhere; empty for what has many remotes. */
    private String where(final FdbRequest request)
    {
        final long entry = entry(request);
        return entry == FdbEntry.MISSING || FdbEntry.target(entry) != FdbEntry.REMOTE ||
            engine.forwarding().ports().isPort(FdbEntry.number(entry)) ?
            "" : ", " + engine.forwarding().remotes().vtep(FdbEntry.number(entry));
    }

    private long entry(final FdbRequest request)
    {
        return engine.forwarding().fdb().lookup(request.vni(), request.mac().value());
    }

    /** On the thread that writes: owners of states, who want the entry as it was. */
    private List<String> owners(final FdbRequest request)
    {
        final boolean isFlood = request.mac().equals(FdbRequest.EVERYTHING_ELSE);
        if (isFlood && request.remoteVni() != RemoteTable.SEGMENTS_VNI)
        {
            return List.of();
        }
        final List<String> owners = new ArrayList<>(engine.forwarding().reconciler().owners(isFlood ?
            EntryKey.flood(request.vni(), request.remote()) : EntryKey.fdb(request.vni(), request.mac())));
        owners.remove(Forwarding.MANUAL);
        return owners;
    }

    private static String describe(final FdbRequest request)
    {
        return (request.mac().equals(FdbRequest.EVERYTHING_ELSE) ?
            "flood entry " + request.remote() :
            "entry " + request.mac()) + " of VNI " + request.vni();
    }
}
