import type { TemplateView } from '../events/queries/template-view.js';
import { blanksOf } from '../events/template/blanks.js';
import {
  Template,
  TemplateBlank,
  TemplateButton,
  TemplateHeader,
  TemplateProviderName,
} from '../schema/graphql/template.type.js';
import { instance } from './instance.js';

export const toTemplate = (view: TemplateView): Template =>
  instance(Template, {
    ...{ id: view.id, name: view.name, locale: view.locale, version: view.version },
    header: view.header && instance(TemplateHeader, { ...view.header, text: view.header.text || null }),
    ...{ body: view.body, footer: view.footer },
    buttons: view.buttons.map((button) => instance(TemplateButton, { ...button, url: button.url ?? null })),
    blanks: blanksOf(view).map((blank) => instance(TemplateBlank, blank)),
    providerNames: view.providerNames.map((here) =>
      instance(TemplateProviderName, { ...here, name: here.name ?? view.name }),
    ),
    ...{ createdAt: view.createdAt, updatedAt: view.updatedAt },
  });
