// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.kube;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.fuzz.FuzzTarget;
import io.overlane.fuzz.Input;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A kubeconfig file: what its context says, or one line that names the file. */
public final class KubeConfigTarget implements FuzzTarget
{
    private final Path file;

    public KubeConfigTarget() throws IOException
    {
        file = Files.createTempFile("fuzz", ".kubeconfig");
    }

    @Override
    public void accept(final byte[] input) throws IOException
    {
        Files.write(file, input);
        for (final String url : List.of("", "https://192.0.2.1:6443"))
        {
            try
            {
                assertNotNull(KubeConfigFile.read(file, url).server());
            }
            catch (final IllegalArgumentException ex)
            {
                Input.assertOneLine(ex);
                assertTrue(ex.getMessage().contains(file.toString()), ex.getMessage());
            }
        }
    }

    @Override
    public void close() throws IOException
    {
        Files.delete(file);
    }

    @Override
    public List<byte[]> seeds()
    {
        return Input.ofEach(
            "current-context: c\ncontexts:\n- name: c\n  context: {cluster: k, user: u}\nclusters:\n- name: k\n" +
                "  cluster:\n    server: https://192.0.2.1:6443\n    certificate-authority-data: QUJD\n" +
                "users:\n- name: u\n  user:\n    token: t\n",
            "current-context: c\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n" +
                "clusters: [{name: k, cluster: {server: \"http://[fd00::1]:80/p\", insecure-skip-tls-verify: on}}]\n" +
                "users: [{name: u, user: {client-certificate-data: QUJD, client-key-data: QUJD, username: a}}]",
            "current-context: c\nclusters: []\ncontexts:\n- {name: c}\n",
            "a: &a [1]\nb: *a\ncurrent-context: &c [x]\n",
            "{\"current-context\":\"\",\"users\":[{\"name\":\"u\",\"user\":{\"exec\":{}}}]}");
    }
}
