// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.etcd;

import io.overlane.flannel.json.JsonObject;

/**
 * An answer of version 2.
 *
 * @param body  of the answer.
 * @param index of the store, from the header or the error.
 */
record V2Answer(JsonObject body, long index)
{
    private static final int KEY_NOT_FOUND = 100;

    boolean notFound()
    {
        return body.integer("errorCode", 0) == KEY_NOT_FOUND;
    }

    JsonObject node()
    {
        return body.object("node");
    }
}
