// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.http.HttpReply;
import java.net.URI;

/** An endpoint's answer. */
record EtcdReply(URI endpoint, HttpReply http)
{
    int status()
    {
        return http.status();
    }

    String body()
    {
        return http.body();
    }
}
