// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.admin.rule.SegmentRule;
import io.overlane.cli.CommandRun;
import io.overlane.cli.OneLineErrors;
import io.overlane.cli.bridge.plan.BridgeOptionsParser;
import io.overlane.cli.bridge.plan.BridgePlan;
import io.overlane.cli.bridge.plan.FakeHost;
import io.overlane.cli.bridge.plan.PlanChange;
import io.overlane.cli.bridge.plan.VlanSpec;
import io.overlane.policy.FloodBudget;
import io.overlane.policy.SourcePolicy;
import io.overlane.port.VlanPriority;
import io.overlane.port.VlanRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a configuration file comes to, and what it is told in which line. */
class BridgeConfigTest
{
    private static final Path DOCUMENT = Path.of("..", "docs", "config.md");
    private static final Path EXAMPLE = Path.of("..", "docs", "tun-bridge.yaml");

    @Test
    void shouldSayTheSameAsTheOptions()
    {
        final String options =
            "--local 192.0.2.1 --port 4789 --vni 42 --device vx42 --mtu 1400 --mac 02:00:00:00:00:01 " +
            "--address 10.1.1.1/24 --peer 192.0.2.2,mac=02:00:00:00:00:02,subnet=10.1.2.0/24 " +
            "--peer 192.0.2.3:8472,mac=02:00:00:00:00:03,subnet=10.1.3.0/24,gateway=10.1.3.1 " +
            "--fdb 02:00:00:00:00:04=192.0.2.4 --flood 192.0.2.2 --flood [fd00::2]:4789 " +
            "--neighbor 10.1.2.9=02:00:00:00:00:09 --learning --source known --offload off --threads 1 --queues 2 " +
            "--source-ports 50000-50015 --max-learned 100 --flood-limit port=1000,copies=5000 --fdb-age 60";
        final String file = """
            local: '::'
            port: 4789
            vni: 42
            device: vx42
            mtu: 1400
            mac: 02:00:00:00:00:01
            addresses: [10.1.1.1/24]
            peers:
              - {remote: 192.0.2.2, mac: 02:00:00:00:00:02, subnet: 10.1.2.0/24}
              - remote: 192.0.2.3:8472
                gateway: 10.1.3.1
                mac: 02:00:00:00:00:03
                subnet: 10.1.3.0/24
            fdb:
              - {mac: 02:00:00:00:00:04, remote: 192.0.2.4}
            flood:
              - 192.0.2.2
              - '[fd00::2]:4789'
            neighbors:
              - 10.1.2.9=02:00:00:00:00:09
            learning: true
            source: known
            offload: off
            threads: 1
            queues: 2
            source-ports: 50000-50015
            max-learned: 100
            flood-limit: port=1000,copies=5000
            fdb-age: 60
            """;
        assertEquals(
            List.of(BridgeOptionsParser.plan(options.replace("192.0.2.1 ", ":: "), new FakeHost())), plans(file));
        assertEquals(
            List.of(BridgeOptionsParser.plan(
                "--mode ip-udp --address 10.1.1.1/24 --peer 192.0.2.2,subnet=10.1.2.0/24 --icmp-errors all",
                new FakeHost())),
            plans("""
                mode: ip-udp
                addresses: 10.1.1.1/24
                peers: [{remote: 192.0.2.2, subnet: 10.1.2.0/24}]
                icmp-errors: all
                """));
    }

    @Test
    void shouldKnowManySegments()
    {
        final List<BridgePlan> plans = plans("""
            local: 192.0.2.1
            learning: true
            source: known
            segments:
              - vni: 42
                flood: [192.0.2.2]
              - vni: 43
                device: blue
                learning: false
                mtu: 1300
                max-learned: 9
                flood-limit: segment=7
                fdb: [02:00:00:00:00:04=192.0.2.4]
            """);
        assertEquals(2, plans.size());
        assertEquals(List.of("vx42", "blue"), plans.stream().map(BridgePlan::device).toList());
        assertEquals(List.of(true, false), plans.stream().map(plan -> plan.policy().learning()).toList());
        assertEquals(List.of(1450, 1300), plans.stream().map(BridgePlan::mtu).toList());
        assertEquals(List.of(0, 9), plans.stream().map(plan -> plan.policy().maxLearned()).toList());
        assertEquals(new FloodBudget(0, 7, 0), plans.get(1).policy().floodBudget());
        assertEquals(SourcePolicy.KNOWN, plans.get(1).policy().sourcePolicy());
        assertEquals(Set.of(Vtep.parse("192.0.2.2:8472", 0)), plans.get(0).flood());
        assertEquals(
            Map.of(MacAddress.parse("02:00:00:00:00:04"), Vtep.parse("192.0.2.4:8472", 0)), plans.get(1).fdb());
        assertEquals(IpAddress.parse("192.0.2.1"), plans.get(1).local().address());
    }

    @Test
    void shouldShareADeviceAmongVlans()
    {
        final List<BridgePlan> plans = plans("""
            local: 192.0.2.1
            segments:
              - {vni: 1010, device: trunk0, vlan: 10, mtu: 1400, mac: 02:00:00:00:00:01}
              - {vni: 1020, device: trunk0, vlan: 20, fdb-age: 9}
              - {vni: 1001, device: trunk0, addresses: [10.1.1.1/24]}
            """);
        assertEquals(
            Arrays.asList(new VlanSpec(10, false), new VlanSpec(20, false), null),
            plans.stream().map(BridgePlan::vlan).toList());
        for (final BridgePlan plan : plans)
        {
            assertEquals(1400, plan.mtu());
            assertEquals(MacAddress.parse("02:00:00:00:00:01"), plan.mac());
        }
        assertEquals(TimeUnit.SECONDS.toNanos(9), plans.get(1).policy().fdbAgeNs());
        assertEquals(new VlanSpec(10, false), BridgeOptionsParser.plan("--vlan 10", new FakeHost()).vlan());
    }

    @Test
    void shouldMapRangesOfVlans()
    {
        final List<BridgePlan> plans = plans("""
            local: 192.0.2.1
            segments:
              - {vni: 10100, device: trunk0, vlan: 100-199, vlan-priority: dscp, flood: [192.0.2.2]}
              - {vni: 5, device: trunk0, vlan: 5, vlan-protocol: 802.1ad}
              - {vni: 6, device: trunk0, vlan: 5, vlan-tags: carry, vlan-priority: 6}
              - {vni: 20100, device: trunk1, vlan: 100-100}
            """);
        assertEquals(103, plans.size());
        for (int i = 0; i < 100; i++)
        {
            assertEquals(10100 + i, plans.get(i).vni());
            assertEquals(new VlanSpec(100 + i, false), plans.get(i).vlan());
            assertEquals(new VlanRules(VlanPriority.DSCP, false), plans.get(i).vlanRules());
            assertEquals(Set.of(Vtep.parse("192.0.2.2:8472", 0)), plans.get(i).flood());
        }
        assertEquals(new VlanSpec(5, true), plans.get(100).vlan());
        assertEquals(new VlanRules(VlanPriority.of(0), true), plans.get(100).vlanRules());
        assertEquals(new VlanSpec(5, false), plans.get(101).vlan());
        assertEquals(new VlanRules(VlanPriority.of(6), true), plans.get(101).vlanRules());
        assertEquals("trunk1", plans.get(102).device());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        mtu: x                                 | 1: Invalid value for 'mtu': 'x' is not a number
        source: knwon                          | 1: Invalid value for 'source': 'knwon' is none of any, known, routed
        vni: 1\\nmtu: 9000                     | 2: mtu 9000: the underlay's MTU of 1500 leaves room for 1450
        a: 1                                   | 1: unknown key 'a' (there are
        vni: 1\\nnieghbors: []                 | 2: unknown key 'nieghbors' (did you mean neighbors?)
        peer: x                                | 1: unknown key 'peer' (did you mean peers?)
        learning: yes                          | 1: learning yes: expected on or off
        flood:\\n- 192.0.2.2\\n- 192.0.2.999   | 3: flood 192.0.2.999: not an IP address: '192.0.2.999'
        flood:\\n- {ip: 192.0.2.2}             | 2: 'flood' takes a list of single values
        peers:\\n- remote: 192.0.2.2\\n  mca: x| 3: unknown key 'mca' (did you mean mac?)
        peers:\\n- mac: x                      | 2: 'remote' is missing
        fdb:\\n\\n- mac: 02:00:00:00:00:02     | 3: 'remote' is missing
        peers: [x]\\nlocal: 192.0.2.1          | 1: peer x: not an IP address: 'x'
        local: nowhere                         | 1: Invalid value for 'local': not an IP address: 'nowhere'
        vni: 1\\nvni: 2                        | 2: 'vni' is given twice
        flood-limit: 9                         | 1: flood-limit 9: expected port=N,segment=N,copies=N,arp=N
        nap: 1\\nfdb-age: -1                   | 2: fdb-age -1: expected 0...999999999 or never
        segments:\\n- vni: 1\\n  nap: 1         | 3: 'nap' is a setting of all segments: move it before 'segments'
        threads: 3                             | 1: threads 3: neither 1 nor 2
        stats: -1                              | 1: stats -1: not a number of seconds
        segments: []                           | 1: 'segments' is empty
        segments:\\n- device: a                | 2: a segment needs a vni
        segments:\\n- vni: 1\\n- vni: 1        | 3: VNI 1 is taken by the segment in line 2
        vlan: 4095                             | 1: vlan 4095: outside 1...4094
        segments:\\n- vni: 1\\n  vlan: x        | 3: Invalid value for 'vlan': 'x' is not a number
        vlan: 2\\nsegments: [{vni: 1}]         | 1: 'vlan' is a setting of one segment: move it into 'segments'
        vlan: 2\\naddresses: [10.0.0.1/24]     | 1: vlan 2: not with address or peer
        vlan: 2\\nqueues: 2                    | 1: vlan 2: not with queues
        vlan-priority: 2                       | 1: vlan-priority 2: needs vlan
        vlan: 2\\nvlan-priority: 9             | 2: Invalid value for 'vlan-priority': '9' is not a priority; use
        vlan: 2\\nvlan-tags: drop              | 2: Invalid value for 'vlan-tags': 'drop' is neither refuse nor carry
        vlan: 2-3                              | 1: Invalid value for 'vlan': '2-3' is not a number
        segments:\\n- vni: 1\\n  vlan: 2-3      | 3: vlan 2-3: name the device of these VLANs
        segments:\\n- {vni: 1, device: a, vlan: 3-2} | 2: vlan 3-2: the second number is smaller than the first
        segments:\\n- {vni: 1, device: a, vlan: 1-4095} | 2: vlan 1-4095: outside 1...4094
        segments:\\n- {vni: 1, device: a, vlan: 1-9}\\n- {vni: 5, device: b} | 3: VNI 5 is taken by
        segments:\\n- {vni: 1, device: a, vlan: 2}\\n- {vni: 3, device: a, vlan: 2} | 3: device a, VLAN 2, is taken by
        segments:\\n- {vni: 1, device: a, vlan: 2}\\n- {vni: 3, device: a, vlan: 3, mtu: 14} | 3: mtu 14: device a has
        segments: [{vni: 1, device: a}, {vni: 2, device: a}] | 1: device a is taken by the segment in line 1
        vni: 1\\nsegments:\\n- vni: 1          | 1: 'vni' is a setting of one segment: move it into 'segments'
        segments:\\n- vni: 1\\n  port: 1       | 3: 'port' is a setting of all segments: move it before 'segments'
        segments:\\n- vni: 1\\n  prot: 1       | 3: unknown key 'prot'
        queues: 2\\nsegments: [{vni: 1}, {vni: 2}] | 1: with several segments, queues must be 1
        segments:\\n- vni: 1\\n- vni: 2\\n  mtu: 20 | 4: mtu 20: IPv4 needs 68 at least
        """)
    void shouldNameTheLine(final String text, final String message)
    {
        final IllegalArgumentException ex =
            assertThrows(IllegalArgumentException.class, () -> plans(text.replace("\\n", "\n")));
        assertTrue(ex.getMessage().startsWith("bridge.yaml:" + message), ex.getMessage());
        assertEquals(1, ex.getMessage().lines().count());
    }

    @Test
    void shouldFindTheLineOfAContradiction()
    {
        final IllegalArgumentException ex = assertThrows(IllegalArgumentException.class, () -> plans("""
            local: 192.0.2.1
            peers:
              - {remote: 192.0.2.2, mac: 02:00:00:00:00:02, subnet: 10.1.2.0/24}
              - {remote: 192.0.2.3, mac: 02:00:00:00:00:02, subnet: 10.1.3.0/24}
            """));
        assertTrue(ex.getMessage().matches(
            "bridge.yaml:\\d+: MAC address 02:00:00:00:00:02 is given to two remotes: .*"), ex.getMessage());
    }

    @Test
    void shouldReadTheExample() throws IOException
    {
        final ConfigFile.Contents contents = new ConfigFile(EXAMPLE).read(new FakeHost());
        assertEquals(List.of(42, 43, 44), contents.plans().stream().map(BridgePlan::vni).toList());
    }

    @Test
    void shouldDocumentEveryKey() throws IOException
    {
        final String document = Files.readString(DOCUMENT);
        for (final String key : new ConfigKeys().all())
        {
            final boolean isRule = Arrays.stream(SegmentRule.values()).anyMatch(rule -> rule.toString().equals(key));
            assertTrue(
                isRule || document.contains("\n| `" + key + "` |"), () -> "docs/config.md has no row for " + key);
        }
    }

    @Test
    void shouldRefuseOptionsBesideAFile()
    {
        final CommandRun run = CommandRun.of("tun-bridge", "--config", EXAMPLE.toString(), "--mtu", "1400");
        assertEquals(OneLineErrors.BAD_USAGE, run.exitCode());
        assertTrue(run.err().startsWith("overlane: --mtu cannot be given with --config: set it in "), run.err());
        final CommandRun none = CommandRun.of("tun-bridge", "--config", "none.yaml");
        assertEquals(OneLineErrors.FAILED, none.exitCode());
        assertEquals("overlane: there is no file none.yaml\n", none.err());
    }

    @Test
    void shouldKeepWhatCannotChange()
    {
        final BridgePlan running = plans("local: 192.0.2.1\nmtu: 1400\nflood: [192.0.2.2]\n").get(0);
        final BridgePlan wanted =
            plans("local: 192.0.2.1\nmtu: 1300\nsource-ports: 50000-50001\nflood: [192.0.2.3]\n").get(0);
        final PlanChange change = PlanChange.of(running, wanted);
        assertEquals(1400, change.plan().mtu());
        assertEquals(wanted.flood(), change.plan().flood());
        assertEquals(2, change.kept().size(), change.kept()::toString);
        assertEquals(
            "mtu of flannel.1 is still 1400, not 1300: restart the bridge to change it", change.kept().get(0));
        final BridgePlan ruled = plans(
            "local: 192.0.2.1\nmtu: 1400\nlearning: true\npolicy: strict\nmax-learned: 7\nttl: 9\nnap: 300\n" +
            "source: any\nflood: [192.0.2.2]\nfdb-age: 9\ninner-vlan: pass\n").get(0);
        final PlanChange rules = PlanChange.of(running, ruled);
        assertEquals(
            List.of("nap of flannel.1 is still 100, not 300: restart the bridge to change it"), rules.kept());
        assertEquals(7, rules.plan().policy().maxLearned());
        assertEquals(running.napNs(), rules.plan().napNs());
        assertEquals(ruled.rules(), rules.plan().rules());
        assertEquals(running, PlanChange.of(running, running).plan());
        assertEquals(List.of(), PlanChange.of(running, running).kept());
    }

    private static List<BridgePlan> plans(final String text)
    {
        return BridgeConfig.parse("bridge.yaml", text, new FakeHost()).plans();
    }
}
