// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.control.FdbControl;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbResult;
import io.overlane.engine.Forwarding;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.reconcile.EntryKey;
import io.overlane.remote.RemoteTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;

/**
 * {@code fdb}: changes FDB entries with the syntax of {@code bridge fdb} and the rules of {@link FdbControl}. The
 * entries belong to the operator: see {@link Forwarding#MANUAL}.
 */
final class FdbCommands
{
    private static final String ROUTER = "router";

    private final EngineAccess engine;

    /** Result of a change, and a remark for the operator; empty for none. */
    private record Outcome(FdbResult result, String words)
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
            .add("fdb add", entry, "add an entry for a MAC that has no configured one", this::add)
            .add("fdb append", entry, "add a remote to a group or, with 00:00:00:00:00:00, to the flood list",
                this::append)
            .add("fdb replace", entry, "set the entry of a station", this::replace)
            .add("fdb del", "MAC [dst IP] [port N] [vni N] [remote-vni N]",
                "delete an entry or one of its remotes; 00:00:00:00:00:00 is the flood list", this::del);
        new FdbListing(engine).addTo(commands);
    }

    private Answer add(final List<String> words) throws AdminException
    {
        return change(request(words), FdbControl::add);
    }

    private Answer append(final List<String> words) throws AdminException
    {
        return change(request(words), FdbControl::append);
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
        if (isFlood(asked) && !words.given().isEmpty())
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
            throw AdminException.usage("dst " + address + " is not the address of one host");
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
            final Set<String> owners = owners(control, request);
            final FdbResult result = operation.apply(control, request);
            if (result != FdbResult.DONE)
            {
                return new Outcome(result, ": " + result.words() + (result == FdbResult.EXISTS ? where(request) : ""));
            }
            if (isElsewhere(request))
            {
                return new Outcome(result, " is unchanged" + where(request) +
                    ": a station has one remote, and 'fdb replace' changes it");
            }
            owners.removeAll(owners(control, request));
            return new Outcome(result, owners.isEmpty() ? "" : " was owned by " + String.join(", ", owners));
        }));
        if (outcome.result != FdbResult.DONE)
        {
            throw AdminException.refused(describe(request) + outcome.words);
        }
        return outcome.words.isEmpty() ? Answer.DONE : Answer.line(describe(request) + outcome.words);
    }

    /** Runs on the writing thread: true if a station's entry has another remote than the request. */
    private boolean isElsewhere(final FdbRequest request)
    {
        final long entry = entry(request);
        if (request.remote() == null || entry == FdbEntry.MISSING || FdbEntry.target(entry) != FdbEntry.REMOTE)
        {
            return false;
        }
        final int remote = FdbEntry.number(entry);
        return !engine.forwarding().remotes().vtep(remote).equals(request.remote()) ||
            engine.forwarding().remotes().vni(remote) != request.remoteVni();
    }

    /**
     * Runs on the writing thread: the remote of a station that has another one; empty for entries with many remotes.
     */
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

    /** Runs on the writing thread: owners, other than the operator, whose states contain the entry of the request. */
    private Set<String> owners(final FdbControl control, final FdbRequest request)
    {
        final List<EntryKey> keys = new ArrayList<>();
        if (isFlood(request))
        {
            control.list(FdbFilter.ALL.vni(request.vni()).mac(request.mac()), row ->
            {
                final boolean isMeant = request.remote() == null ||
                    row.remote().equals(request.remote()) && row.remoteVni() == request.remoteVni();
                if (isMeant && row.remoteVni() == RemoteTable.SEGMENTS_VNI)
                {
                    keys.add(EntryKey.flood(row.vni(), row.remote()));
                }
            });
        }
        else
        {
            keys.add(EntryKey.fdb(request.vni(), request.mac()));
        }
        final Set<String> owners = new TreeSet<>();
        keys.forEach(key -> owners.addAll(engine.forwarding().reconciler().owners(key)));
        owners.remove(Forwarding.MANUAL);
        return owners;
    }

    private static boolean isFlood(final FdbRequest request)
    {
        return request.mac().equals(FdbRequest.EVERYTHING_ELSE);
    }

    private static String describe(final FdbRequest request)
    {
        final String what = !isFlood(request) ? "entry " + request.mac() :
            request.remote() == null ? "flood list" : "flood entry " + request.remote();
        return what + " of VNI " + request.vni();
    }
}
