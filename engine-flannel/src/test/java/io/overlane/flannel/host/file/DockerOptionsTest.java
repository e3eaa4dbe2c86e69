// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.tun.host.HostCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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
        final boolean individual, final boolean combined, final String key, final boolean withIpMasq) throws IOException
    {
        return new DockerOptions(individual, combined, key, withIpMasq).toText(EnvironmentText.parse(SUBNET_FILE));
    }

    @Test
    void shouldWriteBothFormsByDefault() throws IOException
    {
        assertEquals(INDIVIDUAL + COMBINED, text(false, false, "DOCKER_OPTS", true));
        assertEquals(INDIVIDUAL + COMBINED, text(true, true, "DOCKER_OPTS", true));
    }

    @Test
    void shouldWriteOneFormOnRequest() throws IOException
    {
        assertEquals(INDIVIDUAL, text(true, false, "DOCKER_OPTS", true));
        assertEquals(COMBINED, text(false, true, "DOCKER_OPTS", true));
    }

    @Test
    void shouldNameTheCombinedLine() throws IOException
    {
        assertEquals(
            INDIVIDUAL + COMBINED.replace("DOCKER_OPTS", "CUSTOM_KEY"), text(false, false, "CUSTOM_KEY", true));
    }

    @Test
    void shouldLeaveIpMasqOut() throws IOException
    {
        assertEquals("""
            DOCKER_OPT_BIP="--bip=10.1.74.1/24"
            DOCKER_OPT_MTU="--mtu=1472"
            DOCKER_OPTS=" --bip=10.1.74.1/24 --mtu=1472"
            """, text(false, false, "DOCKER_OPTS", false));
    }

    @Test
    void shouldKeepWhatTheEnvironmentAsksFor() throws IOException
    {
        final Map<String, String> environment =
            Map.of("DOCKER_OPTS", "--debug", "DOCKER_OPT_MTU", "--mtu=9000", "DOCKER_OPT_ICC", "--icc=false");
        assertEquals("""
            DOCKER_OPTS="--debug  --bip=10.1.74.1/24 --icc=false --ip-masq=true --mtu=1472"
            """, written(SUBNET_FILE, environment));
    }

    private String written(final String subnetFile, final Map<String, String> environment) throws IOException
    {
        final Path input = Files.writeString(directory.resolve("subnet.env"), subnetFile);
        final Path output = directory.resolve("docker_opts.env");
        new DockerOptions(false, true, "DOCKER_OPTS", true).write(input, output, environment);
        return Files.readString(output);
    }

    @Test
    void shouldReadTheFileAsAShellDoes() throws IOException
    {
        assertEquals("""
            DOCKER_OPTS=" --bip=10.1.74.1/24 --icc=false --ip-masq=false --log-opt a=b c --mtu=1400"
            """, written("""
            # by hand
            export FLANNEL_SUBNET="10.1.$THIRD."1/24 ; THIRD=9 true
            MTU=1400; FLANNEL_MTU=${MTU} # of the underlay
            FLANNEL_IPMASQ='tr'ue
            DOCKER_OPT_LOG="--log-opt a=b\\
             c"
            """, Map.of("THIRD", "74", "DOCKER_OPT_ICC", "--icc=false", "DOCKER_OPT_\u00e9", "--no-variable")));
    }

    @Test
    void shouldWriteWhereALinkLeads() throws IOException
    {
        final Path file = Files.writeString(directory.resolve("file"), "old");
        final Path link = Files.createSymbolicLink(directory.resolve("link"), file);
        new DockerOptions(false, true, "X", true).write(directory.resolve("none"), link, Map.of());
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("X=\"\"\n", Files.readString(file));
    }

    @Test
    void shouldWriteToAPipe() throws Exception
    {
        final Path pipe = directory.resolve("pipe");
        HostCommand.find("mkfifo").orElseThrow().run(pipe.toString());
        final CompletableFuture<String> read = CompletableFuture.supplyAsync(() ->
        {
            try
            {
                return Files.readString(pipe);
            }
            catch (final IOException ex)
            {
                throw new UncheckedIOException(ex);
            }
        });
        new DockerOptions(false, true, "X", true).write(directory.resolve("none"), pipe, Map.of());
        assertEquals("X=\"\"\n", read.get(60, TimeUnit.SECONDS));
        assertFalse(Files.isRegularFile(pipe));
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
        final IOException ex =
            assertThrows(IOException.class, () -> options.toText(Map.of("FLANNEL_IPMASQ", "maybe")));
        assertEquals("FLANNEL_IPMASQ: 'maybe' is neither true nor false", ex.getMessage());
        assertEquals(
            "FLANNEL_IPMASQ: 'a?b' is neither true nor false",
            assertThrows(IOException.class, () -> options.toText(Map.of("FLANNEL_IPMASQ", "a\nb"))).getMessage());
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
        final Map<String, String> variables = EnvironmentText.parse(SUBNET_FILE);
        assertEquals(Optional.empty(), DockerOptions.conflictingRoute(variables, routes));
        assertEquals(
            Optional.of("10.1.74.0/24 via 192.0.2.9 dev eth0"),
            DockerOptions.conflictingRoute(variables, routes + "10.1.74.0/24 via 192.0.2.9 dev eth0 \n"));
        assertEquals(Optional.empty(), DockerOptions.conflictingRoute(Map.of(), routes));
    }
}
