// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import io.overlane.address.IpAddress;
import io.overlane.flannel.json.JsonBuilder;
import io.overlane.flannel.json.JsonException;
import io.overlane.flannel.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What a node publishes in its lease: its addresses, and its backend's data for peers.
 *
 * @param publicIp      IPv4 address of the node, {@code 0.0.0.0} if it has none. A restarted node finds its lease by
 *                      it.
 * @param publicIpV6    IPv6 address of the node.
 * @param backendType   {@code vxlan}, {@code host-gw}…; empty for {@code udp} and {@code alloc}, which publish none.
 * @param backendData   compact JSON for peers over IPv4, for example {@code {"VNI":1,"VtepMAC":"…"}}; null if none.
 * @param backendV6Data the same for peers over IPv6.
 */
public record LeaseAttributes(
    IpAddress publicIp, @Nullable IpAddress publicIpV6, String backendType, @Nullable String backendData,
    @Nullable String backendV6Data)
{
    /** Stands for a value that cannot be parsed. Its key holds the subnet, and no peer is reached by it. */
    public static final LeaseAttributes UNREADABLE =
        new LeaseAttributes(IpAddress.ANY_V4, null, "unreadable", null, null);

    /** @throws IllegalArgumentException if an address is of the wrong family or the data is not JSON. */
    public LeaseAttributes
    {
        if (!publicIp.isV4() || publicIpV6 != null && publicIpV6.isV4())
        {
            throw new IllegalArgumentException(
                "PublicIP=" + publicIp + " must be IPv4, PublicIPv6=" + publicIpV6 + " IPv6");
        }
        backendData = backendData == null ? null : JsonObject.compact(backendData);
        backendV6Data = backendV6Data == null ? null : JsonObject.compact(backendV6Data);
    }

    /**
     * @param publicIp    IPv4 address of the node.
     * @param backendType empty for a backend that publishes none.
     * @return the attributes of a node without IPv6.
     */
    public static LeaseAttributes ofV4(
        final IpAddress publicIp, final String backendType, final @Nullable String backendData)
    {
        return new LeaseAttributes(publicIp, null, backendType, backendData, null);
    }

    /** @throws IllegalArgumentException if flannel could not parse it either. */
    public static LeaseAttributes parse(final String json)
    {
        final JsonObject object = JsonObject.parse(json);
        final String publicIp = object.raw("PublicIP");
        final String publicIpV6 = object.raw("PublicIPv6");
        return new LeaseAttributes(
            publicIp == null ? IpAddress.ANY_V4 : address(publicIp, true),
            publicIpV6 == null || publicIpV6.equals("null") ? null : address(publicIpV6, false),
            object.text("BackendType", ""),
            object.raw("BackendData"),
            object.raw("BackendV6Data"));
    }

    /** @return value of a lease's key, with the same members as flannel writes. */
    public String toJson()
    {
        final JsonBuilder json = new JsonBuilder().begin()
            .text("PublicIP", publicIp.toString())
            .text("PublicIPv6", publicIpV6 == null ? null : publicIpV6.toString());
        if (!backendType.isEmpty())
        {
            json.text("BackendType", backendType);
        }
        if (backendData != null)
        {
            json.raw("BackendData", backendData);
        }
        if (backendV6Data != null)
        {
            json.raw("BackendV6Data", backendV6Data);
        }
        return json.end().toString();
    }

    /** flannel strips quotes if there are any and parses the rest; {@code null} is not an address. */
    private static IpAddress address(final String raw, final boolean v4)
    {
        final String text = raw.replaceAll("^\"|\"$", "");
        final IpAddress address = IpAddress.parse(text);
        if (address.isV4() != v4)
        {
            throw new IllegalArgumentException(
                (v4 ? "PublicIP=" : "PublicIPv6=") + text + ": expected an IPv" + (v4 ? 4 : 6) + " address");
        }
        return address;
    }

    /**
     * @param v6 true for the part for peers over IPv6.
     * @return the backend's own members; empty if there is no data.
     * @throws JsonException if the data is not an object.
     */
    public JsonObject backend(final boolean v6)
    {
        final String data = v6 ? backendV6Data : backendData;
        return JsonObject.parse(data == null ? "{}" : data);
    }
}
