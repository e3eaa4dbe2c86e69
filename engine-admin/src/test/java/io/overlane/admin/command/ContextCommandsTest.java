// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.admin.AdminException;
import io.overlane.policy.SegmentContext;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Gateways, routing contexts and their routes, changed and shown by an operator. */
@Timeout(60)
class ContextCommandsTest
{
    private static final String MAC = "02:00:00:00:50:04";

    private final CommandTrial trial = new CommandTrial();

    @BeforeEach
    void launch()
    {
        trial.launch(new SegmentContext(10));
    }

    @AfterEach
    void close()
    {
        trial.close();
    }

    @Test
    void shouldSetAndShowAGateway() throws AdminException
    {
        ask("gateway replace 10.10.0.1/24,fd00:10::1/64 context red mtu 1400");
        assertEquals("""
            VNI  CONTEXT  ADDRESSES                    MTU
             10  red      10.10.0.1/24,fd00:10::1/64  1400
            """, ask("gateway show"));
        assertEquals("""
            CONTEXT  GATEWAY_MAC        L3_VNI  ROUTER_MAC  SEGMENTS
            red      00:00:5e:00:01:01  -       -           10
            """, ask("context show"));
        final List<?> counted = (List<?>)((Map<?, ?>)trial.ask("stats").json()).get("contexts");
        assertEquals("red", ((Map<?, ?>)counted.get(0)).get("context"));
        ask("gateway del vni 10");
        assertEquals("", ask("gateway show"));
        trial.assertRefused("gateway of VNI 10: it does not exist", "gateway del");
        ask("gateway replace 10.10.0.1/24");
        assertEquals("default", rows("gateway show vni 10").get(0).get("context"));
    }

    @Test
    void shouldChangeOneSettingOfAContext() throws AdminException
    {
        ask("gateway replace 10.10.0.1/24 context red");
        ask("context set red l3-vni 5000 router-mac " + MAC);
        ask("context set red gateway-mac 02:00:5e:00:00:01");
        final Map<String, Object> red = rows("context show red").get(0);
        assertEquals("02:00:5e:00:00:01", red.get("gateway_mac"));
        assertEquals(5000, red.get("l3_vni"));
        assertEquals(MAC, red.get("router_mac"));
        ask("context set red l3-vni none");
        assertEquals(null, rows("context show red").get(0).get("l3_vni"));
        ask("context del red");
        assertEquals("00:00:5e:00:01:01", rows("context show").get(0).get("gateway_mac"));
        trial.assertRefused(
            "context red: a segment or another routing context has this VNI", "context set red l3-vni 10");
        assertTrue(trial.assertUsage("context set red gateway-mac 01:00:00:00:00:01").startsWith("gatewayMac=01:"));
        assertTrue(trial.assertUsage("context set -red").startsWith("'-red' is not a name of a routing context"));
    }

    @Test
    void shouldSetAndShowRoutes() throws AdminException
    {
        ask("gateway replace 10.10.0.1/24 context red");
        ask("context set red l3-vni 5000");
        ask("route replace 10.60.0.0/16 dst 192.0.2.4 lladdr " + MAC);
        ask("route replace 10.50.0.0/16 via 10.10.0.254");
        ask("route replace 10.70.0.0/16 context red type blackhole");
        assertEquals("""
            PREFIX        CONTEXT  TYPE       VNI  VIA          DST        PORT  LLADDR
            10.10.0.0/24  red      gateway     10  -            -             -  -
            10.50.0.0/16  red      via          -  10.10.0.254  -             -  -
            10.60.0.0/16  red      remote       -  -            192.0.2.4  8472  02:00:00:00:50:04
            10.70.0.0/16  red      blackhole    -  -            -             -  -
            """, ask("route show"));
        ask("route replace 10.70.0.0/16 type unreachable");
        assertEquals("unreachable", rows("route show from 3").get(0).get("type"));
        ask("route del 10.70.0.0/16");
        assertEquals(3, rows("route show").size());
        trial.assertRefused("route 10.70.0.0/16 of context red: it does not exist", "route del 10.70.0.0/16");
    }

    @Test
    void shouldExplainWhereAPacketGoes() throws AdminException
    {
        ask("gateway replace 10.10.0.1/24 context red");
        ask("context set red l3-vni 5000");
        ask("route replace 10.60.0.0/16 dst 192.0.2.4 lladdr " + MAC);
        final String remote = ask("route why 10.60.1.1");
        assertTrue(remote.contains("10.60.0.0/16") && remote.contains("192.0.2.4"), remote);
        final String none = ask("route why 10.99.1.1");
        assertEquals(1, none.lines().count(), none);
    }

    @Test
    void shouldRefuseWrongRoutes() throws AdminException
    {
        trial.assertRefused("there is no routing context red", "route show context red");
        ask("gateway replace 10.10.0.1/24 context red");
        trial.assertRefused("there is no routing context blue (there are red)", "route del 10.0.0.0/8 context blue");
        for (final String wrong : List.of(
            "", "via", "via x", "via 10.10.0.254 dst 192.0.2.4", "type gone", "dst 192.0.2.4", "vni 10 type blackhole",
            "via fd00:10::9", "via 224.0.0.1", "dst 192.0.2.4 lladdr 01:00:00:00:00:01"))
        {
            trial.assertUsage("route replace 10.60.0.0/16 " + wrong);
        }
    }

    private String ask(final String request) throws AdminException
    {
        return trial.ask(request).text();
    }

    private List<Map<String, Object>> rows(final String request) throws AdminException
    {
        return CommandTrial.rows(trial.ask(request));
    }
}
