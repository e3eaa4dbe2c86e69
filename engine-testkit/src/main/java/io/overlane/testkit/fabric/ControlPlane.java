// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.control.DesiredState;
import io.overlane.control.FdbRequest;
import io.overlane.control.ReconcileResult;
import io.overlane.control.TableOperations;
import io.overlane.control.TableResult;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Tells engines what the fabric looks like now: flood lists, stations and neighbours, in the engine and its model. */
final class ControlPlane
{
    private static final String OWNER = "fabric";

    private static final List<Consumer<SegmentPolicy>> WITH_STATES = List.of(
        policy -> policy.learning(false),
        policy -> policy.profile(PolicyProfile.STRICT),
        policy -> policy.learning(true),
        policy -> policy.learning(true).fdbAgeNs(TimeUnit.SECONDS.toNanos(5)));

    private static final List<Consumer<SegmentPolicy>> WITH_OWN_VNIS = List.of(
        policy -> policy.learning(false),
        policy -> policy.profile(PolicyProfile.RFC7348),
        policy -> policy.profile(PolicyProfile.STRICT));

    private final List<Consumer<SegmentPolicy>> learning;
    private final Routing routing;

    /** {@code learning} are the policies of networks that learn. */
    ControlPlane(final List<Consumer<SegmentPolicy>> learning, final Routing routing)
    {
        this.routing = routing;
        this.learning = learning;
        learning.forEach(policy -> Rules.of(made(policy), 0));
    }

    SegmentPolicy policy(final Network.Kind kind, final int number)
    {
        final List<Consumer<SegmentPolicy>> policies = switch (kind)
        {
            case LEARNING -> learning;
            case STATES -> WITH_STATES;
            case OWN_VNIS -> WITH_OWN_VNIS;
        };
        return made(policies.get(number % policies.size()));
    }

    private static SegmentPolicy made(final Consumer<SegmentPolicy> setter)
    {
        final SegmentPolicy policy = new SegmentPolicy();
        setter.accept(policy);
        return policy;
    }

    /** The members that should be in the flood list of an engine. */
    Set<SimEngine> floodList(final SimEngine engine, final Membership membership)
    {
        final Set<SimEngine> members = new LinkedHashSet<>(membership.network.members);
        members.remove(engine);
        members.removeAll(membership.leftOut);
        return members;
    }

    /** Bring all networks of an engine up to date. */
    void apply(final SimEngine engine)
    {
        for (final Membership membership : engine.memberships.values())
        {
            if (membership.network.kind != Network.Kind.STATES)
            {
                operate(engine, membership);
            }
        }
        if (engine.memberships.values().stream().anyMatch(of -> of.network.kind == Network.Kind.STATES))
        {
            state(engine);
        }
        engine.work();
    }

    /** Bring one network of an engine up to date, if the engine runs and is a member. */
    void apply(final SimEngine engine, final Network network)
    {
        final Membership membership = engine.memberships.get(network.vni(engine));
        if (!engine.isUp() || membership == null)
        {
            return;
        }
        if (network.kind == Network.Kind.STATES)
        {
            state(engine);
        }
        else
        {
            operate(engine, membership);
        }
        engine.work();
    }

    private void operate(final SimEngine engine, final Membership membership)
    {
        final Network network = membership.network;
        final int vni = membership.vni;
        final SegmentModel model = engine.model.segment(vni);
        final Set<SegmentModel.Remote> wanted = new LinkedHashSet<>();
        floodList(engine, membership).forEach(member ->
            wanted.add(new SegmentModel.Remote(member.index, network.remoteVni(member))));
        for (final SegmentModel.Remote remote : new ArrayList<>(model.flood))
        {
            if (!wanted.contains(remote))
            {
                change(engine, tables -> tables.delete(flood(vni, remote)));
                model.flood.remove(remote);
            }
        }
        for (final SegmentModel.Remote remote : wanted)
        {
            if (model.flood.add(remote))
            {
                change(engine, tables -> tables.append(flood(vni, remote)));
            }
        }
        if (network.kind == Network.Kind.OWN_VNIS)
        {
            operateStations(engine, membership, model);
        }
    }

    private static void operateStations(
        final SimEngine engine, final Membership membership, final SegmentModel model)
    {
        final int vni = membership.vni;
        final Map<Long, SegmentModel.Entry> wanted = stations(engine, membership);
        for (final Map.Entry<Long, SegmentModel.Entry> station : new ArrayList<>(model.stations.entrySet()))
        {
            if (station.getValue().isConfigured && !wanted.containsKey(station.getKey()))
            {
                change(engine, tables -> tables.delete(
                    new FdbRequest(vni, new MacAddress(station.getKey()), null)));
                model.stations.remove(station.getKey());
            }
        }
        wanted.forEach((mac, entry) ->
        {
            if (isDifferent(model.station(mac), entry))
            {
                change(engine, tables -> tables.replace(
                    new FdbRequest(vni, new MacAddress(mac), Endpoints.vtep(entry.place)).remoteVni(entry.vni)));
                model.stations.put(mac, entry);
            }
        });
    }

    private void state(final SimEngine engine)
    {
        final DesiredState state = new DesiredState();
        if (engine.model.routing().hasContext ||
            engine.memberships.values().stream().anyMatch(of -> of.network.isRouted()))
        {
            routing.addTo(state, engine);
        }
        for (final Membership membership : engine.memberships.values())
        {
            if (membership.network.kind == Network.Kind.STATES)
            {
                state(engine, membership, state);
            }
        }
        final ReconcileResult result = engine.ask(running -> running.control().apply(OWNER, state));
        if (!result.isComplete())
        {
            throw new Disagreement(engine.index, 0, "the engine did not apply a state: " + result.notApplied());
        }
    }

    private static void state(final SimEngine engine, final Membership membership, final DesiredState state)
    {
        final int vni = membership.vni;
        final SegmentModel model = engine.model.segment(vni);
        final Map<Long, SegmentModel.Entry> wanted = stations(engine, membership);
        model.stations.entrySet().removeIf(
            station -> station.getValue().isConfigured && !wanted.containsKey(station.getKey()));
        model.neighbors.clear();
        for (final Station station : membership.network.stations)
        {
            final SegmentModel.Entry entry = wanted.get(station.mac);
            final MacAddress mac = new MacAddress(station.mac);
            if (entry != null)
            {
                state.fdb(vni, mac, Endpoints.vtep(entry.place));
                if (isDifferent(model.station(station.mac), entry))
                {
                    model.stations.put(station.mac, entry);
                }
            }
            // A gateway needs the MACs of all stations, also of those behind its ports, and of those that are away.
            for (final IpAddress address : List.of(
                IpAddress.ofV4(station.ip), new IpAddress(StationFrames.NET6, station.ip6Low)))
            {
                state.neighbor(vni, address, mac);
                model.neighbors.put(address, station.mac);
            }
        }
        final Set<SegmentModel.Remote> flood = new LinkedHashSet<>();
        for (final SimEngine member : membership.network.members)
        {
            if (member != engine && !membership.leftOut.contains(member))
            {
                state.flood(vni, member.vtep);
                flood.add(new SegmentModel.Remote(member.index, SegmentModel.OWN_VNI));
            }
        }
        model.flood.retainAll(flood);
        model.flood.addAll(flood);
    }

    /** The stations behind other members. */
    private static Map<Long, SegmentModel.Entry> stations(final SimEngine engine, final Membership membership)
    {
        final Map<Long, SegmentModel.Entry> stations = new HashMap<>();
        for (final Station station : membership.network.stations)
        {
            if (station.isPresent && station.engine != engine)
            {
                stations.put(station.mac, new SegmentModel.Entry(
                    station.engine.index, membership.network.remoteVni(station.engine), true, 0));
            }
        }
        return stations;
    }

    private static boolean isDifferent(
        final SegmentModel.@Nullable Entry before, final SegmentModel.Entry after)
    {
        return before == null || !before.isConfigured || before.place != after.place || before.vni != after.vni;
    }

    private static FdbRequest flood(final int vni, final SegmentModel.Remote remote)
    {
        return FdbRequest.flood(vni, Endpoints.vtep(remote.endpoint())).remoteVni(remote.vni());
    }

    private static void change(final SimEngine engine, final Function<TableOperations, TableResult> operation)
    {
        final TableResult result = engine.ask(running -> running.control().operate(operation));
        if (result != TableResult.DONE)
        {
            throw new Disagreement(engine.index, 0, "an operation that must be possible ended with " + result);
        }
    }
}
