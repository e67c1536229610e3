import {loadModel} from './dist/index.js'; import {fileSource} from './dist/node.js'; import {toKeras} from './dist/export/keras/keras.js'; import fs from 'fs';
const jobs=[['trained-digits-g3/weights.h5',{pooling:'avg'}],['trained-digits-g3-tf2-lastslice/weights.h5',{}],['k21-g8/weights.h5',{}],['k21-1x-g3-224/weights.h5',{}],['k21-g1/weights.h5',{}],['k21-g3-notop/weights.h5',{}],['k21-g3-odd/weights.h5',{}]];
const idx=JSON.parse(fs.readFileSync('/work/shared/cases/INDEX.json'));
fs.mkdirSync('/tmp/ko',{recursive:true});
for(const [f] of jobs){const c=f.split('/')[0];const e=idx.find(x=>x.case===c);
 try{
 const m=await loadModel(await fileSource('/work/shared/cases/'+f),{pooling:e.config.pooling,inputShape:e.config.input_shape,...(c.includes('lastslice')&&{slices:'last'})});
 const t=performance.now();const b=await toKeras(m);console.log(c,b.length,(performance.now()-t).toFixed(0)+'ms',m.settings.slices);fs.writeFileSync('/tmp/ko/'+c+'.keras',b);
 }catch(err){console.log(c,String(err).slice(0,400), e.config)}}
