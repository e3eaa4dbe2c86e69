// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.flannel.backend.VxlanLeaseData;
import io.overlane.flannel.json.JsonException;
import io.overlane.flannel.json.JsonObject;
import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import java.util.List;

/**
 * A text as the name of a lease, its value, the data of its backend, the network's configuration and any JSON. What is
 * read has a text of its own, from which the same is read.
 */
public final class LeaseTarget implements FuzzTarget
{
    @Override
    public void accept(final byte[] input)
    {
        final String text = Input.text(input);
        key(text);
        try
        {
            final String compact = JsonObject.compact(text);
            assertEquals(compact, JsonObject.compact(compact), "a compact text stays as it is");
        }
        catch (final JsonException ex)
        {
            Input.assertOneLine(ex);
        }
        attributes(text);
        configuration(text);
    }

    private static void key(final String text)
    {
        final SubnetKey key = SubnetKey.parse(text);
        if (key != null)
        {
            assertEquals(key, SubnetKey.parse(key.registryName()), "the key's own name");
            assertNotNull(key.toString());
        }
    }

    private static void attributes(final String text)
    {
        final LeaseAttributes attributes;
        try
        {
            attributes = LeaseAttributes.parse(text);
        }
        catch (final IllegalArgumentException ex)
        {
            Input.assertOneLine(ex);
            return;
        }
        assertEquals(attributes, LeaseAttributes.parse(attributes.toJson()), "the lease's own text");
        for (final boolean v6 : new boolean[]{false, true})
        {
            try
            {
                final VxlanLeaseData data = VxlanLeaseData.parse(attributes.backend(v6));
                final VxlanLeaseData known = new VxlanLeaseData(Math.max(0, data.vni()), data.vtepMac());
                assertEquals(known, VxlanLeaseData.parse(JsonObject.parse(known.toJson())), "the data's own text");
            }
            catch (final IllegalArgumentException ex)
            {
                Input.assertOneLine(ex);
            }
        }
    }

    private static void configuration(final String text)
    {
        try
        {
            final NetworkConfig config = NetworkConfig.parse(text);
            config.backendSection();
            if (config.v4() != null)
            {
                assertTrue(SubnetRange.compare(config.v4().min(), config.v4().max()) <= 0, "a range has a subnet");
            }
        }
        catch (final IllegalArgumentException ex)
        {
            Input.assertOneLine(ex);
        }
        try
        {
            NetworkConfig.parseNetworks(text);
        }
        catch (final IllegalArgumentException ex)
        {
            Input.assertOneLine(ex);
        }
    }

    @Override
    public List<byte[]> seeds()
    {
        return Input.ofEach(
            "10.5.34.0-24", "/coreos.com/network/subnets/10.5.34.0-24&fd00:12:13::-56", "10.5.34.0-31&::-127",
            "{\"PublicIP\":\"192.0.2.7\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\"," +
                "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"c6:d2:32:6f:8f:44\"}}",
            "{\"PublicIP\":\"192.0.2.7\",\"PublicIPv6\":\"fd00::7\"," +
                "\"BackendV6Data\":{\"VtepMAC\":\"c6d2.326f.8f44\"}}",
            "{\"Network\":\"10.5.0.0/16\",\"Backend\":{\"Type\":\"vxlan\",\"VNI\":1,\"Port\":8472}}",
            "{\"Network\":\"10.5.0.0/16\",\"SubnetLen\":24,\"SubnetMin\":\"10.5.1.0\",\"SubnetMax\":\"10.5.9.0\"," +
                "\"EnableIPv6\":true,\"IPv6Network\":\"fd00::/48\",\"IPv6SubnetLen\":64,\"EnableNFTables\":true}",
            "[1, 2.5e3, \"\\u0041\", null, true, {\"a\": [[]]}]");
    }
}
