// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.AdminCommands;
import io.overlane.admin.AdminException;
import io.overlane.admin.Answer;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbRow;
import io.overlane.control.TableOperations;
import io.overlane.control.TableResult;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@code fdb}: shows and sets where stations are, as {@code bridge fdb} does, by the rules of {@link TableOperations}.
 */
final class FdbCommands
{
    private static final String ROUTER = "router";

    private final EngineAccess engine;

    /** Result of a change, and a remark for the operator, or an empty string. */
    private record Outcome(TableResult result, String words)
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
        return change(request(words), TableOperations::add);
    }

    private Answer append(final List<String> words) throws AdminException
    {
        return change(request(words), TableOperations::append);
    }

    private Answer replace(final List<String> words) throws AdminException
    {
        return change(request(words), TableOperations::replace);
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
            hasRemote ? request(words, vni, FdbKind.STATIC) : new FdbRequest(vni, mac, null), TableOperations::delete);
    }

    private FdbRequest request(final List<String> request) throws AdminException
    {
        final Set<String> flags = new HashSet<>(FdbKinds.words());
        flags.add(ROUTER);
        final Words words = new Words(request, flags, 1, "dst", "port", "vni", "remote-vni");
        final FdbKind kind = FdbKinds.kind(words.given());
        words.required(0, "MAC address", MacAddress::parse);
        words.required("dst", Words::address);
        final FdbRequest asked = request(words, engine.segment(words), kind);
        if (asked.isFloodList() && !words.given().isEmpty())
        {
            throw AdminException.usage("the flood list has no kinds");
        }
        return words.given().contains(ROUTER) ? asked.router() : asked;
    }

    private FdbRequest request(final Words words, final int vni, final FdbKind kind) throws AdminException
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
            remoteVni == null || remoteVni == vni ? FdbRequest.SEGMENTS_VNI : remoteVni,
            kind,
            FdbRequest.NO_OWNER,
            false);
    }

    private Answer change(
        final FdbRequest request, final BiFunction<TableOperations, FdbRequest, TableResult> operation)
        throws AdminException
    {
        final Outcome outcome = engine.operate(tables ->
        {
            final Set<String> owners = owners(tables, request);
            final TableResult result = operation.apply(tables, request);
            final FdbRow station = station(tables, request);
            if (result != TableResult.DONE)
            {
                final Vtep other = result == TableResult.EXISTS && station != null ? station.remote() : null;
                return new Outcome(result, ": " + result.words() + (other == null ? "" : ", " + other));
            }
            if (station != null && request.remote() != null && !isAt(station, request))
            {
                return new Outcome(result, " is unchanged" +
                    (station.remote() == null ? "" : ", " + station.remote()) +
                    ": a station has one remote, and 'fdb replace' changes it");
            }
            owners.removeAll(owners(tables, request));
            return new Outcome(result, owners.isEmpty() ? "" : " was owned by " + String.join(", ", owners));
        });
        if (outcome.result != TableResult.DONE)
        {
            throw AdminException.refused(describe(request) + outcome.words);
        }
        return outcome.words.isEmpty() ? Answer.DONE : Answer.line(describe(request) + outcome.words);
    }

    /** The entry of a station; null for groups, the flood list, and stations without an entry. */
    private static @Nullable FdbRow station(final TableOperations tables, final FdbRequest request)
    {
        return request.isGroup() ? null : rows(tables, request).stream().findFirst().orElse(null);
    }

    private static boolean isAt(final FdbRow row, final FdbRequest request)
    {
        final int remoteVni = row.remoteVni() == null ? FdbRequest.SEGMENTS_VNI : row.remoteVni();
        return Objects.equals(request.remote(), row.remote()) && remoteVni == request.remoteVni();
    }

    private static List<FdbRow> rows(final TableOperations tables, final FdbRequest request)
    {
        final List<FdbRow> rows = new ArrayList<>();
        tables.list(FdbFilter.ALL.vni(request.vni()).mac(request.mac()), rows::add);
        return rows;
    }

    /** Owners, other than the operator, of the entries that the request is about. */
    private static Set<String> owners(final TableOperations tables, final FdbRequest request)
    {
        final Set<String> owners = new TreeSet<>();
        for (final FdbRow row : rows(tables, request))
        {
            if (!request.isFloodList() || request.remote() == null || isAt(row, request))
            {
                owners.addAll(row.owners());
            }
        }
        owners.remove(TableOperations.OWNER);
        return owners;
    }

    private static String describe(final FdbRequest request)
    {
        final String what = !request.isFloodList() ? "entry " + request.mac() :
            request.remote() == null ? "flood list" : "flood entry " + request.remote();
        return what + " of VNI " + request.vni();
    }
}
