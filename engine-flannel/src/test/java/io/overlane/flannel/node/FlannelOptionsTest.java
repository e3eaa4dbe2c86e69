// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.flannel.etcd.EtcdApi;
import io.overlane.flannel.host.link.InterfaceChoice;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** What flanneld would make of the same words. */
class FlannelOptionsTest
{
    /** Some command. */
    @Command(name = "flannel")
    static final class Flannel
    {
        @Mixin
        private FlannelOptions flannel;

        @Mixin
        private NodeOptions node;
    }

    private static CommandLine commandLine(final Flannel command, final Map<String, String> environment)
    {
        return new CommandLine(command).setDefaultValueProvider(new FlanneldEnvironment(environment));
    }

    private static FlannelOptions parse(final Map<String, String> environment, final String... args)
    {
        final Flannel command = new Flannel();
        commandLine(command, environment).parseArgs(args);
        return command.flannel.conclude();
    }

    private static FlannelOptions parse(final String... args)
    {
        return parse(Map.of(), args);
    }

    @Test
    void shouldHaveFlanneldsDefaults()
    {
        final FlannelOptions options = parse();
        assertEquals(List.of("http://127.0.0.1:4001", "http://127.0.0.1:2379"), options.etcdEndpoints);
        assertEquals("/coreos.com/network", options.etcdPrefix);
        assertNull(options.etcdKeyFile);
        assertFalse(options.kubeSubnetManager);
        assertEquals("flannel.alpha.coreos.com", options.kubeAnnotationPrefix);
        assertEquals(Path.of("/etc/kube-flannel/net-conf.json"), options.netConfigPath);
        assertTrue(options.setNodeNetworkUnavailable);
        assertEquals(Path.of("/run/flannel/subnet.env"), options.subnetFile);
        assertEquals(60, options.renewMarginMinutes);
        assertFalse(options.ipMasquerade);
        assertFalse(options.ipMasqueradeFullyRandomDisabled);
        assertTrue(options.forwardRules);
        assertEquals(5, options.rulesResyncSeconds);
        assertFalse(options.blackholeRoute);
        assertEquals(IpAddress.ANY_V4, options.healthAddress());
        assertEquals(0, options.healthPort);
        assertEquals(
            new InterfaceChoice(true, false, List.of(), List.of(), null, null, null),
            options.interfaceChoice(true, false));
    }

    @Test
    void shouldReadOneDashAndTwoAndBlankOrEquals()
    {
        final FlannelOptions options = parse(
            "-etcd-endpoints=http://a:1,http://b:2", "--etcd-prefix", "/x", "-iface=eth0", "--iface", "eth1",
            "--public-ip=203.0.113.1", "-healthz-port", "8081", "-v=10", "--etcd-password", "a b=c");
        assertEquals(List.of("http://a:1", "http://b:2"), options.etcdEndpoints);
        assertEquals("/x", options.etcdPrefix);
        assertEquals(List.of("eth0", "eth1"), options.interfaceChoice(true, false).interfaces());
        assertEquals(IpAddress.parse("203.0.113.1"), options.interfaceChoice(true, false).publicIp());
        assertEquals(8081, options.healthPort);
        assertEquals("a b=c", options.etcdPassword);
    }

    @Test
    void shouldReadBooleansAsGoDoes()
    {
        assertTrue(parse("--ip-masq").ipMasquerade);
        assertTrue(parse("-ip-masq").ipMasquerade);
        assertTrue(parse("--ip-masq=T").ipMasquerade);
        assertTrue(parse("--ip-masq", "--iface=eth0").ipMasquerade);
        assertFalse(parse("--ip-masq=false").ipMasquerade);
        assertFalse(parse("--iptables-forward-rules=0").forwardRules);
        assertFalse(parse("-set-node-network-unavailable=False").setNodeNetworkUnavailable);
        assertThrows(ParameterException.class, () -> parse("--ip-masq=yes"));
    }

    @Test
    void shouldTakeTheEnvironmentWhereTheCommandLineIsSilent()
    {
        final Map<String, String> environment = Map.of(
            "FLANNELD_IP_MASQ", "true",
            "FLANNELD_ETCD_ENDPOINTS", "http://c:3,http://d:4",
            "FLANNELD_IFACE", "eth7",
            "FLANNELD_HEALTHZ_PORT", "9000",
            "FLANNELD_SUBNET_FILE", "",
            "FLANNELD_V", "1");
        final FlannelOptions options = parse(environment, "--ip-masq=false", "--healthz-port=9001");
        assertFalse(options.ipMasquerade);
        assertEquals(9001, options.healthPort);
        assertEquals(List.of("http://c:3", "http://d:4"), options.etcdEndpoints);
        assertEquals(List.of("eth7"), options.interfaceChoice(true, false).interfaces());
        assertEquals(Path.of("/run/flannel/subnet.env"), options.subnetFile);
        assertEquals(List.of("eth0"),
            parse(environment, "--iface=eth0").interfaceChoice(true, false).interfaces(), "not both");
    }

    @Test
    void shouldNameTheVariableThatIsWrong()
    {
        final ParameterException number = assertThrows(
            ParameterException.class, () -> parse(Map.of("FLANNELD_HEALTHZ_PORT", "http")));
        assertEquals("environment variable FLANNELD_HEALTHZ_PORT=http: is not a number", number.getMessage());
        final ParameterException bool = assertThrows(
            ParameterException.class, () -> parse(Map.of("FLANNELD_IP_MASQ", "yes")));
        assertEquals("environment variable FLANNELD_IP_MASQ=yes: 'yes' is neither true nor false", bool.getMessage());
    }

    @Test
    void shouldRefuseWhatCannotBe()
    {
        assertEquals(
            "--subnet-lease-renew-margin=1440 is outside 1…1439", refusal("--subnet-lease-renew-margin=1440"));
        assertEquals("--subnet-lease-renew-margin=0 is outside 1…1439", refusal("--subnet-lease-renew-margin=0"));
        assertEquals("--healthz-port=65536 is outside 0…65535", refusal("--healthz-port=65536"));
        assertEquals("--public-ip: not an IP address: 'host'", refusal("--public-ip=host"));
        assertEquals("--iface-regex=[: Unclosed character class", refusal("--iface-regex=["));
        assertEquals("--etcd-keyfile and --etcd-certfile must be given together", refusal("--etcd-keyfile=k"));
    }

    private static String refusal(final String... args)
    {
        return assertThrows(IllegalArgumentException.class, () -> parse(args)).getMessage();
    }

    @Test
    void shouldAnswerWithOneDashToo()
    {
        final CommandLine commandLine = commandLine(new Flannel(), Map.of("FLANNELD_VERSION", "true"));
        assertTrue(commandLine.parseArgs("-version").isVersionHelpRequested());
        assertTrue(commandLine.parseArgs("--version").isVersionHelpRequested());
        assertTrue(commandLine.parseArgs("-help").isUsageHelpRequested());
        assertFalse(commandLine.parseArgs().isVersionHelpRequested());
    }

    @Test
    void shouldSayWhatItIgnores()
    {
        assertEquals(List.of(), parse().ignored());
        assertEquals(List.of("-v", "--vmodule", "--log_backtrace_at"),
            parse("-v=4", "--vmodule=a=1", "-log_backtrace_at=a.go:1").ignored());
        assertEquals(List.of("-v"), parse(Map.of("FLANNELD_V", "1")).ignored());
    }

    @Test
    void shouldHaveOptionsOfItsOwn()
    {
        final Flannel command = new Flannel();
        commandLine(command, Map.of()).parseArgs("--cni-conf=/x", "--rules-suffix=blue");
        assertEquals(Path.of("/x"), command.node.cniFile);
        assertEquals("cbr0", command.node.cniName);
        assertEquals("blue", command.node.ruleNames().suffix());
        assertFalse(command.node.removeRules);
        assertEquals(EtcdApi.V3, command.node.etcdApi);
    }

    @Test
    void shouldTakeEitherVersionOfEtcd()
    {
        final Flannel command = new Flannel();
        commandLine(command, Map.of()).parseArgs("--etcd-api", "v2");
        assertEquals(EtcdApi.V2, command.node.etcdApi);
        commandLine(command, Map.of("FLANNELD_ETCD_API", "V2")).parseArgs();
        assertEquals(EtcdApi.V2, command.node.etcdApi);
        final ParameterException ex =
            assertThrows(ParameterException.class, () -> parse(Map.of("FLANNELD_ETCD_API", "v4")));
        assertEquals("environment variable FLANNELD_ETCD_API=v4: 'v4' is neither v2 nor v3", ex.getMessage());
    }
}
