// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The outputs of flannel's script for the same input. */
class DockerOptionsTest
{
    private static final String SUBNET_FILE = """
        FLANNEL_NETWORK=10.1.0.0/16
        FLANNEL_SUBNET=10.1.74.1/24
        FLANNEL_MTU=1472
        FLANNEL_IPMASQ=false
        """;
    private static final String INDIVIDUAL = """
        DOCKER_OPT_BIP="--bip=10.1.74.1/24"
        DOCKER_OPT_IPMASQ="--ip-masq=true"
        DOCKER_OPT_MTU="--mtu=1472"
        """;
    private static final String COMBINED = """
        DOCKER_OPTS=" --bip=10.1.74.1/24 --ip-masq=true --mtu=1472"
        """;

    @TempDir
    private Path directory;

    private static String text(
        final boolean individual, final boolean combined, final String key, final boolean withIpMasq)
    {
        return new DockerOptions(individual, combined, key, withIpMasq).toText(SUBNET_FILE, Map.of());
    }

    @Test
    void shouldWriteBothFormsByDefault()
    {
        assertEquals(INDIVIDUAL + COMBINED, text(false, false, "DOCKER_OPTS", true));
        assertEquals(INDIVIDUAL + COMBINED, text(true, true, "DOCKER_OPTS", true));
    }

    @Test
    void shouldWriteOneFormOnRequest()
    {
        assertEquals(INDIVIDUAL, text(true, false, "DOCKER_OPTS", true));
        assertEquals(COMBINED, text(false, true, "DOCKER_OPTS", true));
    }

    @Test
    void shouldNameTheCombinedLine()
    {
        assertEquals(
            INDIVIDUAL + COMBINED.replace("DOCKER_OPTS", "CUSTOM_KEY"), text(false, false, "CUSTOM_KEY", true));
    }

    @Test
    void shouldLeaveIpMasqOut()
    {
        assertEquals("""
            DOCKER_OPT_BIP="--bip=10.1.74.1/24"
            DOCKER_OPT_MTU="--mtu=1472"
            DOCKER_OPTS=" --bip=10.1.74.1/24 --mtu=1472"
            """, text(false, false, "DOCKER_OPTS", false));
    }

    @Test
    void shouldKeepWhatTheEnvironmentAsksFor()
    {
        final Map<String, String> environment =
            Map.of("DOCKER_OPTS", "--debug", "DOCKER_OPT_MTU", "--mtu=9000", "DOCKER_OPT_ICC", "--icc=false");
        assertEquals("""
            DOCKER_OPTS="--debug  --bip=10.1.74.1/24 --icc=false --ip-masq=true --mtu=1472"
            """, new DockerOptions(false, true, "DOCKER_OPTS", true).toText(SUBNET_FILE, environment));
    }

    @Test
    void shouldWriteAnEmptyListWithoutSubnetFile() throws IOException
    {
        final Path output = directory.resolve("docker_opts.env");
        new DockerOptions(false, false, "DOCKER_OPTS", true)
            .write(directory.resolve("subnet.env"), output, Map.of());
        assertEquals("DOCKER_OPTS=\"\"\n", Files.readString(output));
    }

    @Test
    void shouldRefuseWhatIsNeitherTrueNorFalse()
    {
        final DockerOptions options = new DockerOptions(false, false, "DOCKER_OPTS", true);
        final IllegalArgumentException ex = assertThrows(
            IllegalArgumentException.class, () -> options.toText("FLANNEL_IPMASQ=maybe\n", Map.of()));
        assertEquals("Invalid value of FLANNEL_IPMASQ: maybe", ex.getMessage());
        assertThrows(
            IllegalArgumentException.class, () -> new DockerOptions(false, false, "A=$(rm)", true));
    }

    @Test
    void shouldFindARouteThatIsInTheWay()
    {
        final String routes = """
            default via 192.0.2.1 dev eth0
            110.1.74.0/24 via 192.0.2.3 dev eth0
            10.1.74.0/24 dev docker0 proto kernel scope link src 10.1.74.1
            """;
        assertEquals(Optional.empty(), DockerOptions.conflictingRoute(SUBNET_FILE, routes));
        assertEquals(
            Optional.of("10.1.74.0/24 via 192.0.2.9 dev eth0"),
            DockerOptions.conflictingRoute(SUBNET_FILE, routes + "10.1.74.0/24 via 192.0.2.9 dev eth0 \n"));
        assertEquals(Optional.empty(), DockerOptions.conflictingRoute("", routes));
    }
}
