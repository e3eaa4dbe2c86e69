// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The value of a lease's key, as flannel writes and reads it. */
class LeaseAttributesTest
{
    @ParameterizedTest
    @ValueSource(strings = {
        "{\"PublicIP\":\"192.0.2.1\",\"PublicIPv6\":null}",
        "{\"PublicIP\":\"192.168.64.3\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\"," +
            "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"c6:d2:32:6f:8f:44\"}}",
        "{\"PublicIP\":\"192.168.64.3\",\"PublicIPv6\":\"fd00::3\",\"BackendType\":\"vxlan\"," +
            "\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"c6:d2:32:6f:8f:44\"}," +
            "\"BackendV6Data\":{\"VNI\":1,\"VtepMAC\":\"c6:d2:32:6f:8f:45\"}}",
        "{\"PublicIP\":\"0.0.0.0\",\"PublicIPv6\":\"fd00::3\",\"BackendType\":\"vxlan\"," +
            "\"BackendV6Data\":{\"VNI\":1,\"VtepMAC\":\"c6:d2:32:6f:8f:45\"}}"
    })
    void shouldWriteWhatFlannelWrites(final String json)
    {
        assertEquals(json, LeaseAttributes.parse(json).toJson());
    }

    @Test
    void shouldReadOldLeases()
    {
        final LeaseAttributes attributes = LeaseAttributes.parse(
            " {\"publicip\": \"10.1.1.1\", \"BackendType\":\"vxlan\", " +
                "\"BackendData\": {\"VtepMAC\": \"76:a1:98:8f:f2:6f\"}," +
                "\"later\": [1]}");
        assertEquals(IpAddress.parse("10.1.1.1"), attributes.publicIp());
        assertNull(attributes.publicIpV6());
        assertEquals("{\"VtepMAC\":\"76:a1:98:8f:f2:6f\"}", attributes.backendData());
        assertEquals("76:a1:98:8f:f2:6f", attributes.backend(false).text("vtepmac", ""));
        assertEquals(1, attributes.backend(true).integer("VNI", 1));
    }

    @Test
    void shouldTakeAnAbsentAddressForNone()
    {
        assertEquals(IpAddress.ANY_V4, LeaseAttributes.parse("{}").publicIp());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "[]", "{\"PublicIP\":null}", "{\"PublicIP\":\"\"}", "{\"PublicIP\":\"fd00::1\"}",
        "{\"PublicIP\":\"1.2.3\"}",
        "{\"PublicIP\":\"1.2.3.4\",\"PublicIPv6\":\"1.2.3.4\"}", "{\"PublicIP\":\"1.2.3.4\",\"BackendType\":1}"
    })
    void shouldRefuse(final String json)
    {
        assertThrows(IllegalArgumentException.class, () -> LeaseAttributes.parse(json));
    }
}
