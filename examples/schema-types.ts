/** schema.graphql as a type; made by write-schema-types.ts. */
export type introspection = {
 "__schema": {
  "queryType": {
   "name": "Query",
   "kind": "OBJECT"
  },
  "mutationType": {
   "name": "Mutation",
   "kind": "OBJECT"
  },
  "subscriptionType": {
   "name": "Subscription",
   "kind": "OBJECT"
  },
  "types": [
   {
    "kind": "INPUT_OBJECT",
    "name": "AdjustSkuInventoryInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "asOf",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "dryRun",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "defaultValue": "false"
     },
     {
      "name": "expected",
      "type": {
       "kind": "INPUT_OBJECT",
       "name": "InventoryPreconditionInput",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "idempotencyKey",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "identifier",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "SkuIdentifierInput",
        "kind": "INPUT_OBJECT",
        "ofType": null
       }
      },
      "defaultValue": null
     },
     {
      "name": "quantityInStockDelta",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "quantityOnBackorderDelta",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "reason",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "referenceDocumentUri",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "SCALAR",
    "name": "Boolean",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "SCALAR",
    "name": "String",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "SCALAR",
    "name": "Int",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "AdjustSkuInventoryPayload",
    "isOneOf": null,
    "fields": [
     {
      "name": "change",
      "type": {
       "kind": "OBJECT",
       "name": "InventoryChange",
       "ofType": null
      }
     },
     {
      "name": "newerChange",
      "type": {
       "kind": "OBJECT",
       "name": "InventoryChange",
       "ofType": null
      }
     },
     {
      "name": "outcome",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryOutcome",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "replayed",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "sku",
      "type": {
       "kind": "OBJECT",
       "name": "Sku",
       "ofType": null
      }
     },
     {
      "name": "staleFields",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "StaleField",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "userErrors",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "UserError",
          "kind": "INTERFACE",
          "ofType": null
         }
        }
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "AmbiguousIdentifierError",
    "isOneOf": null,
    "fields": [
     {
      "name": "candidateCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "candidates",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "Sku",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "UserError",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "AsOfInFutureError",
    "isOneOf": null,
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "serverTime",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "UserError",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "BadUserInputError",
    "isOneOf": null,
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "UserError",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "BulkAtomicity",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "ALL_OR_NOTHING"
     },
     {
      "name": "BEST_EFFORT"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "BulkPreconditionInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "quantityInStock",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "version",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "BulkSkuIdentifierInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "ean13",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "gtin14",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "isbn",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "skuId",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "upca",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "BulkSkuInventoryUpdateInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "asOf",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "backorderDate",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "expected",
      "type": {
       "kind": "INPUT_OBJECT",
       "name": "BulkPreconditionInput",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "identifier",
      "type": {
       "kind": "INPUT_OBJECT",
       "name": "BulkSkuIdentifierInput",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "quantityInStock",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "quantityOnBackorder",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "restrictions",
      "type": {
       "kind": "SCALAR",
       "name": "RowValue",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "BulkUpdateSkuInventoryInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "asOf",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "atomicity",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "BulkAtomicity",
        "kind": "ENUM",
        "ofType": null
       }
      },
      "defaultValue": "BEST_EFFORT"
     },
     {
      "name": "dryRun",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "defaultValue": "false"
     },
     {
      "name": "idempotencyKey",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "reason",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "referenceDocumentUri",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "updates",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "BulkSkuInventoryUpdateInput",
          "kind": "INPUT_OBJECT",
          "ofType": null
         }
        }
       }
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "BulkUpdateSkuInventoryPayload",
    "isOneOf": null,
    "fields": [
     {
      "name": "appliedCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "groupId",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "rejectedCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "replayed",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "results",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "InventoryRowResult",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "staleCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "unchangedCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "userErrors",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "UserError",
          "kind": "INTERFACE",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "wouldApplyCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "ChangeNotFoundError",
    "isOneOf": null,
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "UserError",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "CreateWebhookEndpointInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "filter",
      "type": {
       "kind": "INPUT_OBJECT",
       "name": "WebhookFilterInput",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "url",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "CreateWebhookEndpointPayload",
    "isOneOf": null,
    "fields": [
     {
      "name": "endpoint",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "WebhookEndpoint",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "secret",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "SCALAR",
    "name": "Date",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "SCALAR",
    "name": "DateTime",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "DeleteWebhookEndpointInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "endpointId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "SCALAR",
    "name": "ID",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "DeleteWebhookEndpointPayload",
    "isOneOf": null,
    "fields": [
     {
      "name": "deletedEndpointId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "IdempotencyKeyReusedError",
    "isOneOf": null,
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "UserError",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InvalidIdentifierError",
    "isOneOf": null,
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "expectedCheckDigit",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "UserError",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryChange",
    "isOneOf": null,
    "fields": [
     {
      "name": "actor",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "after",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryState",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "asOf",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "before",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryState",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "changedAt",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "delta",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryDelta",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "groupId",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "id",
      "type": {
       "kind": "SCALAR",
       "name": "ID",
       "ofType": null
      }
     },
     {
      "name": "reason",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "referenceDocumentUri",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "sku",
      "type": {
       "kind": "OBJECT",
       "name": "Sku",
       "ofType": null
      }
     },
     {
      "name": "skuId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "source",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryChangeSource",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "version",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryChangeConnection",
    "isOneOf": null,
    "fields": [
     {
      "name": "edges",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "InventoryChangeEdge",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "nodes",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "InventoryChange",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "pageInfo",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "PageInfo",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryChangeEdge",
    "isOneOf": null,
    "fields": [
     {
      "name": "cursor",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "node",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryChange",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "InventoryChangeFilterInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "actors",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "String",
         "kind": "SCALAR",
         "ofType": null
        }
       }
      },
      "defaultValue": null
     },
     {
      "name": "changedAfter",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "changedBefore",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "groupId",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "skuIds",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "String",
         "kind": "SCALAR",
         "ofType": null
        }
       }
      },
      "defaultValue": null
     },
     {
      "name": "sources",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "InventoryChangeSource",
         "kind": "ENUM",
         "ofType": null
        }
       }
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryChangeGroup",
    "isOneOf": null,
    "fields": [
     {
      "name": "actor",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "changeCount",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      }
     },
     {
      "name": "changeCountIsAtLeast",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "changes",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryChangeConnection",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "feed",
      "type": {
       "kind": "OBJECT",
       "name": "InventoryFeed",
       "ofType": null
      }
     },
     {
      "name": "firstChangedAt",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "groupId",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "lastChangedAt",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "reason",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "referenceDocumentUri",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "source",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryChangeSource",
        "kind": "ENUM",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryChangeGroupConnection",
    "isOneOf": null,
    "fields": [
     {
      "name": "edges",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "InventoryChangeGroupEdge",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "nodes",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "InventoryChangeGroup",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "pageInfo",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "PageInfo",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryChangeGroupEdge",
    "isOneOf": null,
    "fields": [
     {
      "name": "cursor",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "node",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryChangeGroup",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "InventoryChangeGroupFilterInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "actors",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "String",
         "kind": "SCALAR",
         "ofType": null
        }
       }
      },
      "defaultValue": null
     },
     {
      "name": "changedAfter",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "changedBefore",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "sources",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "InventoryChangeSource",
         "kind": "ENUM",
         "ofType": null
        }
       }
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "InventoryChangeOrderInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "direction",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "OrderDirection",
        "kind": "ENUM",
        "ofType": null
       }
      },
      "defaultValue": "ASC"
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "InventoryChangeSource",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "FEED"
     },
     {
      "name": "GRAPHQL"
     },
     {
      "name": "IMPORT"
     },
     {
      "name": "REST"
     },
     {
      "name": "REST_BULK"
     },
     {
      "name": "REVERT"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryChangedEvent",
    "isOneOf": null,
    "fields": [
     {
      "name": "change",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryChange",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "cursor",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryDelta",
    "isOneOf": null,
    "fields": [
     {
      "name": "quantityInStock",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "quantityOnBackorder",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "InventoryErrorCode",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "AMBIGUOUS_IDENTIFIER"
     },
     {
      "name": "AS_OF_IN_FUTURE"
     },
     {
      "name": "BAD_USER_INPUT"
     },
     {
      "name": "CHANGE_NOT_FOUND"
     },
     {
      "name": "IDEMPOTENCY_KEY_REUSED"
     },
     {
      "name": "INVALID_IDENTIFIER"
     },
     {
      "name": "PRECONDITION_FAILED"
     },
     {
      "name": "QUANTITY_BELOW_ZERO"
     },
     {
      "name": "QUANTITY_TOO_LARGE"
     },
     {
      "name": "ROLLED_BACK"
     },
     {
      "name": "SKU_NOT_FOUND"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryFeed",
    "isOneOf": null,
    "fields": [
     {
      "name": "actor",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "asOf",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "createdAt",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "dryRun",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "feedId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "filename",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "finishedAt",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "groupId",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "id",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "mode",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryFeedMode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "reason",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "referenceDocumentUri",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "refusal",
      "type": {
       "kind": "OBJECT",
       "name": "InventoryFeedRefusal",
       "ofType": null
      }
     },
     {
      "name": "report",
      "type": {
       "kind": "OBJECT",
       "name": "InventoryFeedReport",
       "ofType": null
      }
     },
     {
      "name": "rowsDone",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "rowsRead",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "startedAt",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "state",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryFeedState",
        "kind": "ENUM",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "Node",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryFeedConnection",
    "isOneOf": null,
    "fields": [
     {
      "name": "edges",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "InventoryFeedEdge",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "nodes",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "InventoryFeed",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "pageInfo",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "PageInfo",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryFeedEdge",
    "isOneOf": null,
    "fields": [
     {
      "name": "cursor",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "node",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryFeed",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "InventoryFeedMode",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "DELTA"
     },
     {
      "name": "FULL"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryFeedRefusal",
    "isOneOf": null,
    "fields": [
     {
      "name": "allowZeroing",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      }
     },
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryFeedReport",
    "isOneOf": null,
    "fields": [
     {
      "name": "applied",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "rejected",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "rows",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "stale",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "unchanged",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "zeroed",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "InventoryFeedState",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "APPLYING"
     },
     {
      "name": "DONE"
     },
     {
      "name": "FAILED"
     },
     {
      "name": "QUEUED"
     },
     {
      "name": "READING"
     },
     {
      "name": "REFUSED"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "InventoryField",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "BACKORDER_DATE"
     },
     {
      "name": "QUANTITY_IN_STOCK"
     },
     {
      "name": "QUANTITY_ON_BACKORDER"
     },
     {
      "name": "RESTRICTIONS"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "InventoryOutcome",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "APPLIED"
     },
     {
      "name": "DRY_RUN"
     },
     {
      "name": "REJECTED"
     },
     {
      "name": "STALE_IGNORED"
     },
     {
      "name": "UNCHANGED"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "InventoryPreconditionInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "quantityInStock",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "version",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "InventoryRowFilter",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "ALL"
     },
     {
      "name": "REJECTED"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryRowResult",
    "isOneOf": null,
    "fields": [
     {
      "name": "change",
      "type": {
       "kind": "OBJECT",
       "name": "InventoryChange",
       "ofType": null
      }
     },
     {
      "name": "index",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "newerChange",
      "type": {
       "kind": "OBJECT",
       "name": "InventoryChange",
       "ofType": null
      }
     },
     {
      "name": "outcome",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryOutcome",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "sku",
      "type": {
       "kind": "OBJECT",
       "name": "Sku",
       "ofType": null
      }
     },
     {
      "name": "staleFields",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "StaleField",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "userErrors",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "UserError",
          "kind": "INTERFACE",
          "ofType": null
         }
        }
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "InventoryState",
    "isOneOf": null,
    "fields": [
     {
      "name": "backorderDate",
      "type": {
       "kind": "SCALAR",
       "name": "Date",
       "ofType": null
      }
     },
     {
      "name": "quantityInStock",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "quantityOnBackorder",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "restrictions",
      "type": {
       "kind": "ENUM",
       "name": "SkuRestriction",
       "ofType": null
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "Mutation",
    "isOneOf": null,
    "fields": [
     {
      "name": "adjustSkuInventory",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "AdjustSkuInventoryPayload",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "bulkUpdateSkuInventory",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "BulkUpdateSkuInventoryPayload",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "createWebhookEndpoint",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "CreateWebhookEndpointPayload",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "deleteWebhookEndpoint",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DeleteWebhookEndpointPayload",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "pingWebhookEndpoint",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "PingWebhookEndpointPayload",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "replayWebhookEndpoint",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ReplayWebhookEndpointPayload",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "revertInventoryChanges",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "RevertInventoryChangesPayload",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "rotateWebhookSecret",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "RotateWebhookSecretPayload",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "updateSkuInventory",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "UpdateSkuInventoryPayload",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "updateWebhookEndpoint",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "UpdateWebhookEndpointPayload",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INTERFACE",
    "name": "Node",
    "isOneOf": null,
    "fields": [
     {
      "name": "id",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": [
     {
      "kind": "OBJECT",
      "name": "InventoryFeed",
      "ofType": null
     },
     {
      "kind": "OBJECT",
      "name": "Sku",
      "ofType": null
     }
    ]
   },
   {
    "kind": "ENUM",
    "name": "OrderDirection",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "ASC"
     },
     {
      "name": "DESC"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "PageInfo",
    "isOneOf": null,
    "fields": [
     {
      "name": "endCursor",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "hasNextPage",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "hasPreviousPage",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "startCursor",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "Permission",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "EDIT_ITEMS"
     },
     {
      "name": "MANAGE_WEBHOOKS"
     },
     {
      "name": "VIEW_ITEMS"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "PingWebhookEndpointInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "endpointId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "PingWebhookEndpointPayload",
    "isOneOf": null,
    "fields": [
     {
      "name": "messageId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "PreconditionFailedError",
    "isOneOf": null,
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "current",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Sku",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "lastChange",
      "type": {
       "kind": "OBJECT",
       "name": "InventoryChange",
       "ofType": null
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "UserError",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "QuantityBelowZeroError",
    "isOneOf": null,
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "current",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Sku",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "UserError",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "QuantityRangeInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "max",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "min",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "QuantityTooLargeError",
    "isOneOf": null,
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "current",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Sku",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "UserError",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "Query",
    "isOneOf": null,
    "fields": [
     {
      "name": "inventoryChangeGroups",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryChangeGroupConnection",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "inventoryChanges",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryChangeConnection",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "inventoryChangesCursor",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "inventoryFeeds",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryFeedConnection",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "node",
      "type": {
       "kind": "INTERFACE",
       "name": "Node",
       "ofType": null
      }
     },
     {
      "name": "sku",
      "type": {
       "kind": "OBJECT",
       "name": "Sku",
       "ofType": null
      }
     },
     {
      "name": "skus",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "SkuConnection",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "viewer",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Viewer",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "webhookEndpoint",
      "type": {
       "kind": "OBJECT",
       "name": "WebhookEndpoint",
       "ofType": null
      }
     },
     {
      "name": "webhookEndpoints",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "WebhookEndpoint",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "ReplayWebhookEndpointInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "after",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "endpointId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "defaultValue": null
     },
     {
      "name": "fromChangeId",
      "type": {
       "kind": "SCALAR",
       "name": "ID",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "ReplayWebhookEndpointPayload",
    "isOneOf": null,
    "fields": [
     {
      "name": "endpoint",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "WebhookEndpoint",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "RevertInventoryChangesInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "changeIds",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "ID",
         "kind": "SCALAR",
         "ofType": null
        }
       }
      },
      "defaultValue": null
     },
     {
      "name": "dryRun",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "defaultValue": "false"
     },
     {
      "name": "groupId",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "idempotencyKey",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "reason",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "referenceDocumentUri",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "RevertInventoryChangesPayload",
    "isOneOf": null,
    "fields": [
     {
      "name": "appliedCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "groupId",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "rejectedCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "replayed",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "results",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "InventoryRowResult",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "staleCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "unchangedCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "userErrors",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "UserError",
          "kind": "INTERFACE",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "wouldApplyCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "RolledBackError",
    "isOneOf": null,
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "UserError",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "RotateWebhookSecretInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "endpointId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "RotateWebhookSecretPayload",
    "isOneOf": null,
    "fields": [
     {
      "name": "endpoint",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "WebhookEndpoint",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "secret",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "SCALAR",
    "name": "RowValue",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "Sku",
    "isOneOf": null,
    "fields": [
     {
      "name": "asOf",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "SkuAsOf",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "availability",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "SkuAvailability",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "backorderDate",
      "type": {
       "kind": "SCALAR",
       "name": "Date",
       "ofType": null
      }
     },
     {
      "name": "condition",
      "type": {
       "kind": "ENUM",
       "name": "SkuCondition",
       "ofType": null
      }
     },
     {
      "name": "ean13",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "gtin14",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "id",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "inventoryChanges",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryChangeConnection",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "isbn",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "itemId",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "lastChange",
      "type": {
       "kind": "OBJECT",
       "name": "InventoryChange",
       "ofType": null
      }
     },
     {
      "name": "quantityInStock",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "quantityOnBackorder",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "restrictions",
      "type": {
       "kind": "ENUM",
       "name": "SkuRestriction",
       "ofType": null
      }
     },
     {
      "name": "skuId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "title",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "upca",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "updatedAt",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "version",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "Node",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "SkuAsOf",
    "isOneOf": null,
    "fields": [
     {
      "name": "backorderDate",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "quantityInStock",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "quantityOnBackorder",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "restrictions",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "SkuAvailability",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "BACKORDER"
     },
     {
      "name": "DISCONTINUED"
     },
     {
      "name": "IN_STOCK"
     },
     {
      "name": "OUT_OF_STOCK"
     },
     {
      "name": "TEMPORARILY_UNAVAILABLE"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "SkuCondition",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "NEW"
     },
     {
      "name": "REFURB"
     },
     {
      "name": "USED"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "SkuConnection",
    "isOneOf": null,
    "fields": [
     {
      "name": "edges",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "SkuEdge",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "index",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "SkuIndex",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "nodes",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "Sku",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "pageInfo",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "PageInfo",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "totalCount",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      }
     },
     {
      "name": "totalCountIsAtLeast",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "SkuEdge",
    "isOneOf": null,
    "fields": [
     {
      "name": "cursor",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "node",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Sku",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "SkuFilterInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "availability",
      "type": {
       "kind": "ENUM",
       "name": "SkuAvailability",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "identifiers",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "SkuIdentifierInput",
         "kind": "INPUT_OBJECT",
         "ofType": null
        }
       }
      },
      "defaultValue": null
     },
     {
      "name": "quantityInStock",
      "type": {
       "kind": "INPUT_OBJECT",
       "name": "QuantityRangeInput",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "restrictions",
      "type": {
       "kind": "ENUM",
       "name": "SkuRestriction",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "search",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "skuIds",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "String",
         "kind": "SCALAR",
         "ofType": null
        }
       }
      },
      "defaultValue": null
     },
     {
      "name": "updatedAfter",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "SkuIdentifierInput",
    "isOneOf": true,
    "fields": null,
    "inputFields": [
     {
      "name": "ean13",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "gtin14",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "isbn",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "skuId",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "upca",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "SkuIndex",
    "isOneOf": null,
    "fields": [
     {
      "name": "count",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "cursors",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "every",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "SkuNotFoundError",
    "isOneOf": null,
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [
     {
      "kind": "INTERFACE",
      "name": "UserError",
      "ofType": null
     }
    ],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "SkuOrderField",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "QUANTITY_IN_STOCK"
     },
     {
      "name": "SKU_ID"
     },
     {
      "name": "UPDATED_AT"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "SkuOrderInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "direction",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "OrderDirection",
        "kind": "ENUM",
        "ofType": null
       }
      },
      "defaultValue": "ASC"
     },
     {
      "name": "field",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "SkuOrderField",
        "kind": "ENUM",
        "ofType": null
       }
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "SkuRestriction",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "DISCONTD"
     },
     {
      "name": "TMPUNAVAIL"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "StaleField",
    "isOneOf": null,
    "fields": [
     {
      "name": "asOf",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "field",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryField",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "storedAsOf",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "Subscription",
    "isOneOf": null,
    "fields": [
     {
      "name": "inventoryChanged",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryChangedEvent",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "inventoryFeedChanged",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryFeed",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "UpdateSkuInventoryInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "asOf",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "backorderDate",
      "type": {
       "kind": "SCALAR",
       "name": "Date",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "dryRun",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "defaultValue": "false"
     },
     {
      "name": "expected",
      "type": {
       "kind": "INPUT_OBJECT",
       "name": "InventoryPreconditionInput",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "idempotencyKey",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "identifier",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "SkuIdentifierInput",
        "kind": "INPUT_OBJECT",
        "ofType": null
       }
      },
      "defaultValue": null
     },
     {
      "name": "quantityInStock",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "quantityOnBackorder",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "reason",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "referenceDocumentUri",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "restrictions",
      "type": {
       "kind": "ENUM",
       "name": "SkuRestriction",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "UpdateSkuInventoryPayload",
    "isOneOf": null,
    "fields": [
     {
      "name": "change",
      "type": {
       "kind": "OBJECT",
       "name": "InventoryChange",
       "ofType": null
      }
     },
     {
      "name": "newerChange",
      "type": {
       "kind": "OBJECT",
       "name": "InventoryChange",
       "ofType": null
      }
     },
     {
      "name": "outcome",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryOutcome",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "replayed",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "sku",
      "type": {
       "kind": "OBJECT",
       "name": "Sku",
       "ofType": null
      }
     },
     {
      "name": "staleFields",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "StaleField",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "userErrors",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "UserError",
          "kind": "INTERFACE",
          "ofType": null
         }
        }
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "UpdateWebhookEndpointInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "endpointId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      },
      "defaultValue": null
     },
     {
      "name": "filter",
      "type": {
       "kind": "INPUT_OBJECT",
       "name": "WebhookFilterInput",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "isEnabled",
      "type": {
       "kind": "SCALAR",
       "name": "Boolean",
       "ofType": null
      },
      "defaultValue": null
     },
     {
      "name": "url",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "UpdateWebhookEndpointPayload",
    "isOneOf": null,
    "fields": [
     {
      "name": "endpoint",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "WebhookEndpoint",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INTERFACE",
    "name": "UserError",
    "isOneOf": null,
    "fields": [
     {
      "name": "code",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "InventoryErrorCode",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "message",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "path",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "String",
          "kind": "SCALAR",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "retryable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": [
     {
      "kind": "OBJECT",
      "name": "AmbiguousIdentifierError",
      "ofType": null
     },
     {
      "kind": "OBJECT",
      "name": "AsOfInFutureError",
      "ofType": null
     },
     {
      "kind": "OBJECT",
      "name": "BadUserInputError",
      "ofType": null
     },
     {
      "kind": "OBJECT",
      "name": "ChangeNotFoundError",
      "ofType": null
     },
     {
      "kind": "OBJECT",
      "name": "IdempotencyKeyReusedError",
      "ofType": null
     },
     {
      "kind": "OBJECT",
      "name": "InvalidIdentifierError",
      "ofType": null
     },
     {
      "kind": "OBJECT",
      "name": "PreconditionFailedError",
      "ofType": null
     },
     {
      "kind": "OBJECT",
      "name": "QuantityBelowZeroError",
      "ofType": null
     },
     {
      "kind": "OBJECT",
      "name": "QuantityTooLargeError",
      "ofType": null
     },
     {
      "kind": "OBJECT",
      "name": "RolledBackError",
      "ofType": null
     },
     {
      "kind": "OBJECT",
      "name": "SkuNotFoundError",
      "ofType": null
     }
    ]
   },
   {
    "kind": "OBJECT",
    "name": "Viewer",
    "isOneOf": null,
    "fields": [
     {
      "name": "expiresAt",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "permissions",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "Permission",
          "kind": "ENUM",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "supplier",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "tokenName",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "WebhookAttempt",
    "isOneOf": null,
    "fields": [
     {
      "name": "answer",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "at",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "durationMs",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "firstChangeId",
      "type": {
       "kind": "SCALAR",
       "name": "ID",
       "ofType": null
      }
     },
     {
      "name": "lastChangeId",
      "type": {
       "kind": "SCALAR",
       "name": "ID",
       "ofType": null
      }
     },
     {
      "name": "messageId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "outcome",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "WebhookAttemptOutcome",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "status",
      "type": {
       "kind": "SCALAR",
       "name": "Int",
       "ofType": null
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "WebhookAttemptOutcome",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "ACCEPTED"
     },
     {
      "name": "FORBIDDEN_ADDRESS"
     },
     {
      "name": "GONE"
     },
     {
      "name": "REFUSED"
     },
     {
      "name": "TIMED_OUT"
     },
     {
      "name": "UNREACHABLE"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "WebhookDisabledReason",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "BY_HAND"
     },
     {
      "name": "CURSOR_AHEAD"
     },
     {
      "name": "CURSOR_EXPIRED"
     },
     {
      "name": "FAILING"
     },
     {
      "name": "GONE"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "WebhookEndpoint",
    "isOneOf": null,
    "fields": [
     {
      "name": "acceptedAt",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "attemptCount",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "attempts",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "WebhookAttempt",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "changesBehind",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "createdAt",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "DateTime",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "cursor",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "disabledAt",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "disabledReason",
      "type": {
       "kind": "ENUM",
       "name": "WebhookDisabledReason",
       "ofType": null
      }
     },
     {
      "name": "endpointId",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "ID",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "failingSince",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "failures",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Int",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "filter",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "WebhookFilter",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "isEnabled",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "lastChangeId",
      "type": {
       "kind": "SCALAR",
       "name": "ID",
       "ofType": null
      }
     },
     {
      "name": "nextAttemptAt",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "previousSecretUntil",
      "type": {
       "kind": "SCALAR",
       "name": "DateTime",
       "ofType": null
      }
     },
     {
      "name": "url",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "WebhookFilter",
    "isOneOf": null,
    "fields": [
     {
      "name": "actors",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "String",
         "kind": "SCALAR",
         "ofType": null
        }
       }
      }
     },
     {
      "name": "skuIds",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "String",
         "kind": "SCALAR",
         "ofType": null
        }
       }
      }
     },
     {
      "name": "sources",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "InventoryChangeSource",
         "kind": "ENUM",
         "ofType": null
        }
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "INPUT_OBJECT",
    "name": "WebhookFilterInput",
    "isOneOf": false,
    "fields": null,
    "inputFields": [
     {
      "name": "actors",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "String",
         "kind": "SCALAR",
         "ofType": null
        }
       }
      },
      "defaultValue": null
     },
     {
      "name": "skuIds",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "String",
         "kind": "SCALAR",
         "ofType": null
        }
       }
      },
      "defaultValue": null
     },
     {
      "name": "sources",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "InventoryChangeSource",
         "kind": "ENUM",
         "ofType": null
        }
       }
      },
      "defaultValue": null
     }
    ],
    "interfaces": null,
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "__Schema",
    "isOneOf": null,
    "fields": [
     {
      "name": "description",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "types",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "__Type",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "queryType",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "__Type",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "mutationType",
      "type": {
       "kind": "OBJECT",
       "name": "__Type",
       "ofType": null
      }
     },
     {
      "name": "subscriptionType",
      "type": {
       "kind": "OBJECT",
       "name": "__Type",
       "ofType": null
      }
     },
     {
      "name": "directives",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "__Directive",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "__Type",
    "isOneOf": null,
    "fields": [
     {
      "name": "kind",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "__TypeKind",
        "kind": "ENUM",
        "ofType": null
       }
      }
     },
     {
      "name": "name",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "description",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "specifiedByURL",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "fields",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "__Field",
         "kind": "OBJECT",
         "ofType": null
        }
       }
      }
     },
     {
      "name": "interfaces",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "__Type",
         "kind": "OBJECT",
         "ofType": null
        }
       }
      }
     },
     {
      "name": "possibleTypes",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "__Type",
         "kind": "OBJECT",
         "ofType": null
        }
       }
      }
     },
     {
      "name": "enumValues",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "__EnumValue",
         "kind": "OBJECT",
         "ofType": null
        }
       }
      }
     },
     {
      "name": "inputFields",
      "type": {
       "kind": "LIST",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "NON_NULL",
        "ofType": {
         "name": "__InputValue",
         "kind": "OBJECT",
         "ofType": null
        }
       }
      }
     },
     {
      "name": "ofType",
      "type": {
       "kind": "OBJECT",
       "name": "__Type",
       "ofType": null
      }
     },
     {
      "name": "isOneOf",
      "type": {
       "kind": "SCALAR",
       "name": "Boolean",
       "ofType": null
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "__TypeKind",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "SCALAR"
     },
     {
      "name": "OBJECT"
     },
     {
      "name": "INTERFACE"
     },
     {
      "name": "UNION"
     },
     {
      "name": "ENUM"
     },
     {
      "name": "INPUT_OBJECT"
     },
     {
      "name": "LIST"
     },
     {
      "name": "NON_NULL"
     }
    ],
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "__Field",
    "isOneOf": null,
    "fields": [
     {
      "name": "name",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "description",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "args",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "__InputValue",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "type",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "__Type",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "isDeprecated",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "deprecationReason",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "__InputValue",
    "isOneOf": null,
    "fields": [
     {
      "name": "name",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "description",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "type",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "__Type",
        "kind": "OBJECT",
        "ofType": null
       }
      }
     },
     {
      "name": "defaultValue",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "isDeprecated",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "deprecationReason",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "__EnumValue",
    "isOneOf": null,
    "fields": [
     {
      "name": "name",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "description",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "isDeprecated",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "deprecationReason",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "OBJECT",
    "name": "__Directive",
    "isOneOf": null,
    "fields": [
     {
      "name": "name",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "String",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "description",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     },
     {
      "name": "isRepeatable",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "locations",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "__DirectiveLocation",
          "kind": "ENUM",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "args",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": null,
        "kind": "LIST",
        "ofType": {
         "name": null,
         "kind": "NON_NULL",
         "ofType": {
          "name": "__InputValue",
          "kind": "OBJECT",
          "ofType": null
         }
        }
       }
      }
     },
     {
      "name": "isDeprecated",
      "type": {
       "kind": "NON_NULL",
       "name": null,
       "ofType": {
        "name": "Boolean",
        "kind": "SCALAR",
        "ofType": null
       }
      }
     },
     {
      "name": "deprecationReason",
      "type": {
       "kind": "SCALAR",
       "name": "String",
       "ofType": null
      }
     }
    ],
    "inputFields": null,
    "interfaces": [],
    "enumValues": null,
    "possibleTypes": null
   },
   {
    "kind": "ENUM",
    "name": "__DirectiveLocation",
    "isOneOf": null,
    "fields": null,
    "inputFields": null,
    "interfaces": null,
    "enumValues": [
     {
      "name": "QUERY"
     },
     {
      "name": "MUTATION"
     },
     {
      "name": "SUBSCRIPTION"
     },
     {
      "name": "FIELD"
     },
     {
      "name": "FRAGMENT_DEFINITION"
     },
     {
      "name": "FRAGMENT_SPREAD"
     },
     {
      "name": "INLINE_FRAGMENT"
     },
     {
      "name": "VARIABLE_DEFINITION"
     },
     {
      "name": "FRAGMENT_VARIABLE_DEFINITION"
     },
     {
      "name": "SCHEMA"
     },
     {
      "name": "SCALAR"
     },
     {
      "name": "OBJECT"
     },
     {
      "name": "FIELD_DEFINITION"
     },
     {
      "name": "ARGUMENT_DEFINITION"
     },
     {
      "name": "INTERFACE"
     },
     {
      "name": "UNION"
     },
     {
      "name": "ENUM"
     },
     {
      "name": "ENUM_VALUE"
     },
     {
      "name": "INPUT_OBJECT"
     },
     {
      "name": "INPUT_FIELD_DEFINITION"
     },
     {
      "name": "DIRECTIVE_DEFINITION"
     }
    ],
    "possibleTypes": null
   }
  ]
 }
};
