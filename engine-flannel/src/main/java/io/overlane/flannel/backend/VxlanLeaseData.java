// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.address.MacAddress;
import io.overlane.flannel.json.JsonBuilder;
import io.overlane.flannel.json.JsonObject;
import java.util.regex.Pattern;

/**
 * What a node with the vxlan backend publishes besides its address: {@code {"VNI":1,"VtepMAC":"c6:d2:32:6f:8f:44"}}.
 *
 * @param vni     of its tunnel; {@link #UNKNOWN_VNI} for a flannel before 0.14, which did not publish it.
 * @param vtepMac of its device: the inner destination of every frame to it.
 */
public record VxlanLeaseData(int vni, MacAddress vtepMac)
{
    /** The node did not publish its VNI. */
    public static final int UNKNOWN_VNI = -1;

    /** The dotted notation of a MAC address, one of the three that Go parses. */
    private static final Pattern DOTTED = Pattern.compile("[0-9a-fA-F]{4}(\\.[0-9a-fA-F]{4}){2}");

    /** @return the same text as flannel writes, without blanks: flannel finds its own MAC by splitting the text. */
    public String toJson()
    {
        return new JsonBuilder().begin().number("VNI", vni).text("VtepMAC", vtepMac.toString()).end().toString();
    }

    /** @throws IllegalArgumentException if the MAC address is missing or cannot be a device's; one line. */
    public static VxlanLeaseData parse(final JsonObject data)
    {
        final String text = data.text("VtepMAC", "");
        final MacAddress mac = MacAddress.parse(DOTTED.matcher(text).matches() ? withColons(text) : text);
        if (!MacAddress.isValidSource(mac.value()))
        {
            throw new IllegalArgumentException("VtepMAC=" + text + " cannot be the address of a device");
        }
        return new VxlanLeaseData(
            data.has("VNI") ? VxlanBackendConfig.inRange(data, "VNI", 0, 0, VxlanBackendConfig.MAX_VNI) : UNKNOWN_VNI,
            mac);
    }

    /** @return true if the two nodes can communicate. flannel does not compare; its packets are then lost silently. */
    public boolean matches(final int ownVni)
    {
        return vni == UNKNOWN_VNI || vni == ownVni;
    }

    private static String withColons(final String dotted)
    {
        return dotted.replace(".", "").replaceAll("(..)(?!$)", "$1:");
    }
}
