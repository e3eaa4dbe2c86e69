// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.port.Port;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import java.util.function.Consumer;

/**
 * Single changes to the tables of an engine, as an operator makes them. An operation takes over an entry that a
 * {@link DesiredState} put; that state finds a conflict when it is applied the next time. An entry of a state that an
 * operation removes comes back then.
 *
 * <p>FDB operations follow the rules of Linux {@code bridge fdb} ({@code vxlan_fdb_update},
 * {@code __vxlan_fdb_delete}), with three differences. {@link #add} and {@link #append} replace a learned entry, which
 * Linux counts as an entry that exists. {@link #append} to a station's entry changes nothing, where Linux keeps the
 * remote and takes over state and flags. A control plane's request never touches a user's entry, of which Linux keeps
 * only state and flags.
 *
 * <p>An object of this type can be used only by the function that receives it, while that function runs: the methods
 * throw {@link IllegalStateException} at any other time and on any other thread.
 */
public interface TableOperations
{
    /** Owner of the entries that operations put and of those in the settings of a segment or IP network. */
    String OWNER = "manual";

    /**
     * Add an FDB entry for a MAC that has none, or only a learned one.
     *
     * @param request with a remote.
     * @return {@link TableResult#EXISTS} if the MAC has a configured entry, of any remote.
     */
    TableResult add(FdbRequest request);

    /**
     * Give a group or the flood list one more remote, and make the entry if it is not there. A station's configured
     * entry stays as it is.
     *
     * @param request with a remote.
     * @return {@link TableResult#DONE} also if the group has the remote already.
     */
    TableResult append(FdbRequest request);

    /**
     * Set the remote of a station, whatever entry it has.
     *
     * @param request with a remote.
     * @return {@link TableResult#NOT_SUPPORTED} for groups and the flood list.
     */
    TableResult replace(FdbRequest request);

    /**
     * Set the port of a station that is behind this engine.
     *
     * @param mac  of the station.
     * @param port of that segment.
     * @return {@link TableResult#NO_PORT} if the segment has no such port.
     */
    TableResult replace(int vni, MacAddress mac, Port port);

    /**
     * Remove one remote of an entry, or the whole entry.
     *
     * @param request with the remote, or without one for the whole entry; its kind does not matter.
     * @return {@link TableResult#NOT_FOUND} if it is not there.
     */
    TableResult delete(FdbRequest request);

    /**
     * Remove FDB entries. An entry with several remotes loses only the filter's remote, if the filter names one. The
     * flood lists stay, unless the filter names {@link FdbRequest#FLOOD_LIST}. This walks the whole table, unless the
     * filter names both VNI and MAC.
     *
     * @param filter selects the entries.
     * @return number of removed entries and remotes.
     */
    int flush(FdbFilter filter);

    /**
     * Show FDB entries, and the flood lists as entries of {@link FdbRequest#FLOOD_LIST}. This walks the whole table,
     * unless the filter names both VNI and MAC, and allocates.
     *
     * @param filter   selects the entries.
     * @param consumer gets a row for each entry and remote.
     */
    void list(FdbFilter filter, Consumer<FdbRow> consumer);

    /**
     * Answer ARP or neighbour solicitations for an address that has no entry yet.
     *
     * @param address of a neighbour.
     * @param mac     its MAC address.
     * @return {@link TableResult#EXISTS} if the address has an entry.
     */
    TableResult addNeighbor(int vni, IpAddress address, MacAddress mac);

    /**
     * Answer ARP or neighbour solicitations for an address, whatever entry it has.
     *
     * @param address of a neighbour.
     * @param mac     its MAC address.
     * @return the result.
     */
    TableResult replaceNeighbor(int vni, IpAddress address, MacAddress mac);

    /**
     * Add what a gateway would learn from a message of a neighbour: it ages, and the gateway asks for it again.
     *
     * @param address of a neighbour.
     * @param mac     its MAC address.
     * @return {@link TableResult#EXISTS} if the address has this MAC already, or a configured one.
     */
    TableResult learnNeighbor(int vni, IpAddress address, MacAddress mac);

    /**
     * @param address of a neighbour.
     * @return {@link TableResult#NOT_FOUND} if it has no entry.
     */
    TableResult deleteNeighbor(int vni, IpAddress address);

    /**
     * @param destination inner IPv4 destinations of the IP network.
     * @param remote      they are behind.
     * @return {@link TableResult#NO_ROUTES} if the engine carries segments.
     */
    TableResult replaceRoute(IpPrefix destination, Vtep remote);

    /**
     * @param destination inner IPv4 destinations of the IP network.
     * @return {@link TableResult#NOT_FOUND} if it has no route.
     */
    TableResult deleteRoute(IpPrefix destination);

    /**
     * Set the settings of a routing context.
     *
     * @param settings of the context.
     * @return {@link TableResult#VNI_TAKEN} if a segment or another context has the L3 VNI.
     */
    TableResult replaceContext(RoutingContext settings);

    /**
     * Give a routing context its defaults again. Its gateways and routes stay.
     *
     * @param name of the context.
     * @return {@link TableResult#NOT_FOUND} if it has the defaults already.
     */
    TableResult deleteContext(String name);

    /**
     * Set the gateway of a segment.
     *
     * @param gateway of the segment.
     * @return {@link TableResult#PREFIX_TAKEN} if another segment of the context has one of the prefixes.
     */
    TableResult replaceGateway(int vni, Gateway gateway);

    /** @return {@link TableResult#NOT_FOUND} if the segment has no gateway. */
    TableResult deleteGateway(int vni);

    /**
     * Set the target of a route in a routing context.
     *
     * @param context     name of the context.
     * @param destination inner destinations.
     * @param target      where they are.
     * @return the result.
     */
    TableResult replaceRoute(String context, IpPrefix destination, RouteTarget target);

    /**
     * @param context     name of the routing context.
     * @param destination inner destinations.
     * @return {@link TableResult#NOT_FOUND} if the context has no such route.
     */
    TableResult deleteRoute(String context, IpPrefix destination);
}
